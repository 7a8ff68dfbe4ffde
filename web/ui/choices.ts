/** What the reader chose or who they are, as the cookies that pages may read tell; no server believes them. */
export const choice = (name: 'theme' | 'id' | 'role'): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];

/** Kept for a year, for every page; no secret. */
export function keepChoice(name: 'lang' | 'theme', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we serve.
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
