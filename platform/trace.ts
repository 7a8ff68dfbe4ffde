import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** One story from click to ledger row: 32 hex digits that every part hands on (W3C Trace Context). */
export interface Trace {
  readonly traceId: string;
  /** The span under way here; only where spans are exported (`telemetry.ts`). */
  readonly spanId?: string;
  /** The span that it belongs to, as the caller has named it; empty where nobody has. */
  readonly parentId: string;
}

const current = new AsyncLocalStorage<Trace>();

/** Runs `work` as a part of the story that `traceparent` names, or begins one where the header is missing or broken. */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  const [, given = '', parentId = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const isNew = /^0*$/.test(given);
  return current.run({ traceId: isNew ? newId(16) : given, parentId: isNew ? '' : parentId }, work);
}

/** Runs `work` as a span of its own within the story under way, or within a new one. */
export function withSpan<T>(work: (trace: Required<Trace>) => T): T {
  const outer = current.getStore();
  const parentId = outer?.spanId ?? outer?.parentId ?? '';
  const trace = { traceId: outer?.traceId ?? newId(16), parentId, spanId: newId(8) };
  return current.run(trace, () => work(trace));
}

const newId = (bytes: number): string => randomBytes(bytes).toString('hex');
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}$/;

/** Takes up a story of which only the id was kept: with a parent that nobody has told of. */
export const withTraceId = <T>(traceId: string, work: () => T): T =>
  withTrace(`00-${traceId}-${traceId.slice(0, 16)}-01`, work);

/** The trace id in a `traceparent`; empty where there is none. */
export const traceIdOf = (traceparent: string): string => TRACEPARENT.exec(traceparent)?.[1] ?? '';

export const currentTrace = (): Trace | null => current.getStore() ?? null;
export const currentTraceId = (): string | null => current.getStore()?.traceId ?? null;

/** The header for a call or an event that goes out from here: of the span under way, else a new one each time. */
export const traceparent = (): string =>
  `00-${currentTraceId() ?? newId(16)}-${current.getStore()?.spanId ?? newId(8)}-01`;
