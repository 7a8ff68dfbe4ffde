import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from './config.ts';
import { unavailable } from './errors.ts';
import { callerKeys } from './session.ts';
import { spanned } from './telemetry.ts';
import { traceparent } from './trace.ts';

interface Cache {
  readonly freshMs: number;
  readonly staleMs: number;
}

type ItemsOf<S extends TSchema> = Static<S> extends { items: infer Items } ? Items : never;

const PAGE = 5_000;

/** Reads other services' REST, as the role `service`. */
export interface ServiceClient {
  /**
   * GET of a full path at a function's internal address. Answers are kept for `freshMs`; while the other service is
   * away, the last one stands in up to `staleMs`.
   * @throws AppError `temporarily-unavailable` when there is neither.
   */
  get<S extends TSchema>(from: string, path: string, answer: S, cache?: Cache): Promise<Static<S>>;
  /** The items of all pages of a list; otherwise as `get`. */
  all<S extends TSchema>(from: string, path: string, answer: S, cache?: Cache): Promise<ItemsOf<S>>;
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

  const client: ServiceClient = {
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

    async all<S extends TSchema>(from: string, path: string, answer: S, cache?: Cache) {
      const items: unknown[] = [];
      for (let cursor = ''; ; ) {
        const url = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${cursor}`;
        const page = (await client.get(from, url, answer, cache)) as { items: unknown[]; nextCursor: string | null };
        items.push(...page.items);
        if (page.nextCursor === null) return items as ItemsOf<S>;
        cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
      }
    },
  };
  return client;
}
