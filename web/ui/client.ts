import type { Problem } from '#contracts/rest/problem';
import { problemText, t } from './texts.ts';

/** A refusal, in the server's own words; `status` 0: no answer came, and it is not known what was done. */
export class Refused extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;
  readonly retryAfterSeconds: number;

  constructor(status: number, problem: Partial<Problem>, retryAfterSeconds = 0) {
    super(problemText(problem.type, problem.title ?? t('offline')));
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What is said about one field. */
  fieldError(pointer: string): string | undefined {
    return this.problem.errors?.find((error) => error.pointer === pointer)?.detail;
  }
}

const TIMEOUT_MS = 15_000;
const RENEW_EVERY_MS = 45_000; // a token lives 60 s

/** A read; the browser's cache asks with the ETag by itself. */
export const get = <T>(path: string): Promise<T> => send<T>('GET', path);

/**
 * A command. The key is made once for what the person did: whatever is repeated, on their side or on ours, has one
 * effect.
 */
export const command = <T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  key = newKey(),
): Promise<T> => send<T>(method, path, body, key);

export const newKey = (): string => crypto.randomUUID();

async function send<T>(method: string, path: string, body?: unknown, key?: string, renewed = false): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key && path !== '/api/auth/session' ? { 'idempotency-key': key } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Refused(0, {});
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  if (response.status === 401 && path !== '/api/auth/session') {
    if (!renewed && (await renew())) return send<T>(method, path, body, key, true);
    goToSignIn();
    return new Promise(() => undefined); // the page is being left
  }
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  throw new Refused(response.status, problem, Number(response.headers.get('retry-after') ?? 0));
}

let renewing: Promise<boolean> | null = null;

/** A new short token; several callers at once share one request. */
function renew(): Promise<boolean> {
  renewing ??= send('PUT', '/api/auth/session', {})
    .then(
      () => true,
      // Only a clear "no" ends the session; a server that is away may come back.
      (error: Refused) => error.status !== 401,
    )
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** Renews before the token ends, as long as somebody looks at the page. */
export function keepSession(): void {
  setInterval(() => document.visibilityState === 'visible' && void renew(), RENEW_EVERY_MS);
}

/** To the sign-in page, and back to the same place afterwards. */
export function goToSignIn(): void {
  location.assign(`/auth/?back=${encodeURIComponent(location.pathname + location.search)}`);
}
