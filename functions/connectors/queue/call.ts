import { spanned } from '#platform/telemetry';
import { traceIdOf, traceparent, withTrace } from '#platform/trace';
import type { CallResult } from './verdict.ts';

export interface OutgoingEvent {
  readonly id: string;
  readonly routingKey: string;
  /** The event as it came, JSON text. */
  readonly text: string;
  readonly traceparent: string;
}

/** Posts events to a function and says what came of it; never throws. */
export type Call = (events: readonly OutgoingEvent[]) => Promise<CallResult>;

const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

export function functionCaller(url: string, callerKey: string, timeoutMs: number): Call {
  return (events) =>
    withTrace(traceOf(events), () =>
      spanned(
        { name: `POST ${url}/`, kind: 'client', attributes: { events: events.length } },
        () => post(events),
        (result) => ({
          failed: result.kind !== 'answer' || result.status >= 500,
          attributes: { outcome: result.kind === 'answer' ? result.status : result.kind },
        }),
      ),
    );

  async function post(events: readonly OutgoingEvent[]): Promise<CallResult> {
    const [single] = events.length === 1 ? events : [];
    const topics = [...new Set(events.map(({ routingKey }) => routingKey))];
    try {
      const response = await fetch(`${url}/`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          'x-ates-caller-key': callerKey,
          'x-connector': 'ates-queue',
          'x-topic': topics.slice(0, 10).join(','),
          ...(single && { 'x-rabbitmq-msg-id': single.id, 'x-rabbitmq-routing-key': single.routingKey }),
          traceparent: traceparent(),
        },
        body: `[${events.map(({ text }) => text).join(',')}]`,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body = await response.text();
      return { kind: 'answer', status: response.status, body, retryAfter: response.headers.get('retry-after') };
    } catch (error) {
      const { code = '' } = ((error as Error).cause ?? {}) as { code?: string };
      return UNREACHABLE.test(code) ? { kind: 'unreachable' } : { kind: 'lost' };
    }
  }
}

/** Events of one story are a part of it; a batch of several is a story of its own. */
function traceOf(events: readonly OutgoingEvent[]): string | undefined {
  return new Set(events.map((event) => traceIdOf(event.traceparent))).size === 1 ? events[0]?.traceparent : undefined;
}
