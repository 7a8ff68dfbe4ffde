import { Counter } from './metrics.ts';
import { currentTrace, type Trace, withSpan, withTrace } from './trace.ts';

/**
 * Spans for OpenTelemetry, in OTLP's JSON over HTTP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector; without it
 * nothing is made, kept or sent (ADR 18). A collector that is away costs spans, never a request.
 */

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

interface Span extends SpanOptions {
  readonly trace: Required<Trace>;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
  /** Spans of other stories that it has to do with. */
  readonly links?: readonly Trace[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** OTLP's numbers, from 1. */
const KINDS: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const FLUSH_MS = 1_000;
const BATCH = 512;
/** Beyond it spans are dropped, so that a collector that is away takes no memory. */
const MOST_WAITING = 4_096;
const TIMEOUT_MS = 5_000;

const lost = new Counter({
  name: 'ates_telemetry_dropped_total',
  help: 'Spans that the collector did not get.',
});

class Exporter {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #resource: object;
  readonly #share: number;
  #waiting: Span[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(part: string, url: string, env: Environment) {
    this.#url = url;
    this.#headers = headersOf(env.OTEL_EXPORTER_OTLP_HEADERS ?? '');
    this.#share = Number(env.OTEL_TRACES_SAMPLER_ARG || '1');
    this.#resource = { attributes: attributesOf({ 'service.name': part, 'service.namespace': 'ates' }) };
  }

  add(span: Span): void {
    // By the trace's own id: every part keeps the same stories.
    if (Number.parseInt(span.trace.traceId.slice(-8), 16) / 0xffffffff > this.#share) return;
    if (this.#waiting.length >= MOST_WAITING) {
      lost.inc();
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= BATCH) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Sends what waits; one request at a time. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sending = this.#sending.then(async () => {
      while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, BATCH));
    });
    return this.#sending;
  }

  async #send(spans: readonly Span[]): Promise<void> {
    const scopeSpans = [{ scope: { name: 'ates' }, spans: spans.map(otlpOf) }];
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#headers },
        body: JSON.stringify({ resourceSpans: [{ resource: this.#resource, scopeSpans }] }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) lost.inc(spans.length);
    } catch {
      lost.inc(spans.length);
    }
  }
}

let exporter: Exporter | null = null;

/** Begins to export, if the environment says where to. */
export function startTelemetry(part: string, env: Environment = process.env): void {
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '');
  exporter = base ? new Exporter(part, `${base}/v1/traces`, env) : null;
}

/** Sends what still waits; before a process ends. */
export const flushTelemetry = async (): Promise<void> => exporter?.flush();

/**
 * Runs `work` as a span, a part of the story under way.
 * @param outcome more of what came of it, and whether it failed; what throws has failed.
 */
export function spanned<T>(
  options: SpanOptions,
  work: () => Promise<T>,
  outcome: (result: T) => { name?: string; failed?: boolean; attributes?: SpanOptions['attributes'] } = () => ({}),
): Promise<T> {
  const to = exporter;
  if (!to) return work();
  return withSpan(async (trace) => {
    const startedAt = now();
    const end = ({ name = options.name, failed = false, attributes }: ReturnType<typeof outcome>) => {
      const all = { ...options.attributes, ...attributes };
      to.add({ ...options, name, attributes: all, trace, startedAt, endedAt: now(), failed });
    };
    try {
      const result = await work();
      end(outcome(result));
      return result;
    } catch (error) {
      end({ failed: true });
      throw error;
    }
  });
}

/**
 * For what is done for several stories at once, a batch of events: a span in each of them, which links to the batch's
 * own if it has one.
 * @param name of a span, before the event's type: `handle`, `publish`.
 * @returns to be called when it is done.
 */
export function spanInEach(
  name: string,
  kind: SpanKind,
  events: readonly { traceparent: string; type: string; id: string }[],
): () => void {
  const to = exporter;
  if (!to) return () => undefined;
  const startedAt = now();
  const batch = currentTrace();
  return () => {
    const endedAt = now();
    for (const { traceparent, type, id } of events) {
      const options = { name: `${name} ${type}`, kind, attributes: { 'messaging.message.id': id } };
      withTrace(traceparent, () =>
        withSpan((trace) => {
          const links = batch?.spanId && batch.traceId !== trace.traceId ? [batch] : [];
          to.add({ ...options, trace, startedAt, endedAt, failed: false, links });
        }),
      );
    }
  };
}

const now = (): number => performance.timeOrigin + performance.now();
const nanosOf = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

const attributesOf = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

function otlpOf({ name, kind, attributes = {}, trace, startedAt, endedAt, failed, links = [] }: Span): object {
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentId && { parentSpanId: trace.parentId }),
    name,
    kind: KINDS.indexOf(kind) + 1,
    startTimeUnixNano: nanosOf(startedAt),
    endTimeUnixNano: nanosOf(endedAt),
    attributes: attributesOf(attributes),
    links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    status: { code: failed ? 2 : 0 },
  };
}

/** `name=value,name2=value2`, with values as in a URL. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => [
      pair.slice(0, pair.indexOf('=')).trim(),
      decodeURIComponent(pair.slice(pair.indexOf('=') + 1).trim()),
    ]),
  );
}
