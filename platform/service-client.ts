import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from './config.ts';
import { unavailable } from './errors.ts';
import { callerKeys } from './session.ts';
import { spanned } from './telemetry.ts';
import { traceparent } from './trace.ts';

/** Reads other services' REST, as the role `service`. */
export interface ServiceClient {
  /**
   * GET of a full path at a function's internal address. Answers are kept for `freshMs`; while the other service is
   * away, the last one stands in up to `staleMs`.
   * @throws AppError `temporarily-unavailable` when there is neither.
   */
  get<S extends TSchema>(
    from: string,
    path: string,
    answer: S,
    cache?: { freshMs: number; staleMs: number },
  ): Promise<Static<S>>;
}

interface Entry {
  readonly value: unknown;
  readonly at: number;
}

const TIMEOUT_MS = 2_000;
const MAX_ENTRIES = 1_000;

export function serviceClient(config: Config): ServiceClient {
  const [callerKey = ''] = callerKeys(config);
  const kept = new Map<string, Entry>();
  const underWay = new Map<string, Promise<unknown>>();

  async function ask(url: string, answer: TSchema): Promise<unknown> {
    const response = await fetch(url, {
      headers: { 'x-ates-caller-key': callerKey, traceparent: traceparent() },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} from ${url}`);
    const value: unknown = JSON.parse(body);
    if (!Value.Check(answer, value)) throw new Error(`another shape than agreed from ${url}`);
    return value;
  }

  return {
    async get(from, path, answer, cache = { freshMs: 0, staleMs: 0 }) {
      const url = `${config.addressOf(from)}${path}`;
      const last = kept.get(url);
      const ageMs = last ? performance.now() - last.at : Number.POSITIVE_INFINITY;
      if (last && ageMs < cache.freshMs) return last.value as Static<typeof answer>;
      try {
        // Callers that come at once share one request.
        const asked = underWay.get(url) ?? spanned({ name: `GET ${from}`, kind: 'client' }, () => ask(url, answer));
        underWay.set(url, asked);
        const value = await asked.finally(() => underWay.delete(url));
        if (cache.freshMs > 0) {
          if (kept.size >= MAX_ENTRIES) kept.clear();
          kept.set(url, { value, at: performance.now() });
        }
        return value as Static<typeof answer>;
      } catch (error) {
        if (last && ageMs < cache.staleMs) return last.value as Static<typeof answer>;
        throw unavailable(`${from} does not answer.`, error);
      }
    },
  };
}
