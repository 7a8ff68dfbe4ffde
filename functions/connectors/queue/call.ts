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
  return async (events) => {
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
          traceparent: traceOf(events),
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
  };
}

/** Events of one story are a part of it; a batch of several is a story of its own. */
function traceOf(events: readonly OutgoingEvent[]): string {
  const [first = '', ...others] = new Set(events.map((event) => traceIdOf(event.traceparent)));
  return others.length > 0 || first === '' ? traceparent() : withTrace(events[0]?.traceparent, traceparent);
}
