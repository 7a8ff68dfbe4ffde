import type { Role } from '#contracts/rest/auth';

/** What the reader chose or who they are, as the cookies that pages may read tell; no server believes them. */
export const choice = (name: 'theme' | 'keys' | 'id' | 'role' | 'timeZone'): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];

/** Whether to show what only these roles may do. */
export const hasRole = (...roles: readonly Role[]): boolean => roles.some((role) => role === choice('role'));

/** Kept for a year, for every page; no secret. */
export function keepChoice(name: 'lang' | 'theme' | 'keys', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we serve.
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
