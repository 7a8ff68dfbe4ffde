/** What came of a call: an answer with its status and body, or none. */
export type CallResult =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly retryAfter: string | null }
  /** No connection came about: the function has not seen the call. */
  | { readonly kind: 'unreachable' }
  /** The connection broke or the time was over: it is unknown what the function did. */
  | { readonly kind: 'lost' };

export interface FailedEvent {
  readonly id: string | null;
  readonly retryable: boolean;
  readonly reason: string;
}

export type Verdict =
  /** The function answers for every event: all but `failed` are done. */
  | { readonly kind: 'settled'; readonly failed: readonly FailedEvent[] }
  /** It may be one event's fault: halve, until the one that fails alone is found. */
  | { readonly kind: 'fails'; readonly reason: string }
  /** The function cannot be reached or does not take calls: wait, at no event's cost. */
  | { readonly kind: 'away'; readonly reason: string; readonly alarm: boolean; readonly waitMs: number };

/** The contract's table. Only a 200 that answers for just this number of events settles anything. */
export function verdictOf(result: CallResult, events: number): Verdict {
  if (result.kind === 'unreachable') return { kind: 'away', reason: 'no connection', alarm: false, waitMs: 0 };
  if (result.kind === 'lost')
    return { kind: 'fails', reason: 'no answer: the connection was lost or the time was over' };
  const { status, body, retryAfter } = result;
  const away = (alarm: boolean, waitMs = 0): Verdict => ({ kind: 'away', reason: `answered ${status}`, alarm, waitMs });
  switch (status) {
    case 200: {
      const failed = failedOf(body, events);
      return failed
        ? { kind: 'settled', failed }
        : { kind: 'away', reason: 'a 200 that is no answer', alarm: true, waitMs: 0 };
    }
    case 400:
    case 413:
    case 415:
    case 500:
    case 504:
      return { kind: 'fails', reason: `answered ${status}` };
    case 404:
    case 502:
      return away(false);
    case 429:
    case 503:
      return away(false, waitMsOf(retryAfter));
    default:
      return away(true); // 401, 403, and whatever the contract does not name: somebody must look
  }
}

function failedOf(body: string, events: number): readonly FailedEvent[] | null {
  try {
    const { handled, failed } = JSON.parse(body) as { handled: unknown; failed: unknown };
    if (handled !== events || !Array.isArray(failed)) return null;
    const isFailed = (item: Partial<FailedEvent> | null) =>
      typeof item?.id === 'string' && typeof item.retryable === 'boolean' && typeof item.reason === 'string';
    return failed.every(isFailed) ? (failed as FailedEvent[]) : null;
  } catch {
    return null;
  }
}

/** Retry-After in seconds; at most a minute is believed. */
const waitMsOf = (retryAfter: string | null): number =>
  /^\d{1,6}$/.test(retryAfter ?? '') ? Math.min(60, Number(retryAfter)) * 1_000 : 0;
