import type { Problem } from '#contracts/rest/problem';
import { choice } from './choices.ts';
import { problemText, t } from './texts.ts';

/** A refusal, in the reader's language; `status` 0: no answer came, and it is not known what was done. */
export class Refused extends Error {
  declare readonly status: number;
  declare readonly problem: Partial<Problem>;
  declare readonly retryAfterSeconds: number;

  /** @param isRead nothing was to be changed: nobody has to be told that nothing was. */
  constructor(status: number, problem: Partial<Problem>, retryAfterSeconds = 0, isRead = false) {
    super(isRead && status > 501 ? t('cannotRead') : problemText(problem.type, problem.title ?? t('offline')));
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What is said about one field. */
  fieldError(pointer: string): string | undefined {
    return this.problem.errors?.find((error) => error.pointer === pointer)?.detail;
  }
}

const SESSION = '/api/auth/session';
export const TIMEOUT_MS = 15_000;
const RENEW_EVERY_MS = 45_000; // a token lives 60 s

/** A read; the browser's cache asks with the ETag by itself. */
export const get = async <T>(path: string): Promise<T> => jsonOf<T>(await send('GET', path));

/**
 * A command. The key is made once for what the person did: whatever is repeated, on their side or on ours, has one
 * effect.
 */
export const command = async <T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  key = newKey(),
): Promise<T> => jsonOf<T>(await send(method, path, body, path === SESSION ? {} : { 'idempotency-key': key }));

/** The rows of a list as a file; a link could not say that it wants CSV. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await send('GET', path, undefined, { accept: 'text/csv' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob().catch(lost));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}

export const newKey = (): string => crypto.randomUUID();

/** Ends the session at the server; a page that cannot reach it must not look signed out. */
export async function signOut(): Promise<void> {
  await command('DELETE', SESSION);
  location.assign('/auth/');
}

type Headers = Readonly<Record<string, string>>;

/** A success; a token that has ended is renewed once on the way. @throws Refused for anything else. */
async function send(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Response> {
  if (isSomebodyElse()) return leave(() => location.reload());
  let response = await ask(method, path, body, headers);
  // Signing in and renewing are told by 401 that they failed; everything else, that the short token has ended.
  if (response.status === 401 && (path !== SESSION || method === 'DELETE')) {
    if (!(await renew())) return leave(goToSignIn);
    response = await ask(method, path, body, headers);
    if (response.status === 401) return leave(goToSignIn);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const isRead = method === 'GET' || (method === 'PUT' && path === SESSION); // renewing stands before a read, mostly
  throw new Refused(response.status, problem, Number(response.headers.get('retry-after')), isRead);
}

const ask = (method: string, path: string, body: unknown, headers: Headers): Promise<Response> =>
  fetch(path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(lost);

const jsonOf = async <T>(response: Response): Promise<T> =>
  (response.status === 204 ? undefined : await response.json().catch(lost)) as T;

function lost(): never {
  throw new Refused(0, {});
}

let renewing: Promise<boolean> | null = null;

/** A new short token, false when the session is over; several callers at once share one request. */
export function renew(): Promise<boolean> {
  renewing ??= send('PUT', SESSION, {})
    .then(
      () => true,
      (error: Refused) => {
        if (error.status === 401) return false;
        throw error; // only a clear "no" ends the session: a server that is away may come back
      },
    )
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** Renews before the token ends, as long as somebody looks at the page. */
export function keepSession(): void {
  setInterval(() => document.visibilityState === 'visible' && renew().catch(() => undefined), RENEW_EVERY_MS);
}

const reader = choice('id');

/** Somebody has signed in as another in another tab: what this page shows is not theirs. */
const isSomebodyElse = () => location.pathname !== '/auth/' && reader !== choice('id');

/** The page is being left: whoever waits for an answer gets none. */
function leave(go: () => void): Promise<never> {
  go();
  return new Promise(() => undefined);
}

/** To the sign-in page, and back to the same place afterwards. */
function goToSignIn(): void {
  location.assign(`/auth/?back=${encodeURIComponent(location.pathname + location.search)}`);
}
