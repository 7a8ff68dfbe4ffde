import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** One story from click to ledger row: 32 hex digits that every part hands on (W3C Trace Context). */
export interface Trace {
  readonly traceId: string;
}

const current = new AsyncLocalStorage<Trace>();

/** Runs `work` as a part of the story that `traceparent` names, or begins one where the header is missing or broken. */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  const given = traceIdOf(traceparent ?? '');
  return current.run({ traceId: /^0*$/.test(given) ? randomBytes(16).toString('hex') : given }, work);
}

/** The trace id in a `traceparent`; empty where there is none. */
export const traceIdOf = (traceparent: string): string =>
  /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(traceparent)?.[1] ?? '';

export const currentTraceId = (): string | null => current.getStore()?.traceId ?? null;

/** The header for a call or an event that goes out from here; a new span each time. */
export const traceparent = (): string =>
  `00-${currentTraceId() ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
