import type { Message } from 'amqplib';
import { type EventEnvelope, envelopeProblem, MAX_EVENT_BYTES } from '#contracts/event';

/** A message that the connector holds and has not answered for yet. */
export interface Delivery {
  readonly message: Message;
  /** The event's id; where the message is no event, its message id or an empty text. */
  readonly id: string;
  /** Its type, as it was published: a replayed dead letter comes by its queue's name, and carries it in a header. */
  readonly routingKey: string;
  readonly text: string;
  readonly bytes: number;
  readonly since: number;
  /** By the clock, when it occurred; where the message is no event, when it was taken. */
  readonly occurredAt: number;
  /** The trace that it belongs to; empty where the message is no event. */
  readonly traceparent: string;
}

export const MAX_BATCH_EVENTS = 500;
export const MAX_BATCH_BYTES = 1024 * 1024;

/** Reads a message; `problem` says why no function can ever take it. */
export function readDelivery(message: Message, since: number): { delivery: Delivery; problem: string | null } {
  const { content, fields, properties } = message;
  const text = content.length <= MAX_EVENT_BYTES ? utf8(content) : '';
  const routingKey = String(properties.headers?.['x-ates-routing-key'] ?? fields.routingKey);
  const base = {
    message,
    routingKey,
    text: text ?? '',
    bytes: content.length + 1,
    since,
    occurredAt: Date.now(),
    traceparent: '',
  };
  const refuse = (problem: string) => ({ delivery: { ...base, id: String(properties.messageId ?? '') }, problem });
  if (content.length > MAX_EVENT_BYTES) return refuse(`larger than ${MAX_EVENT_BYTES / 1024} KiB`);
  if (text === null) return refuse('no UTF-8');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return refuse('no valid JSON');
  }
  const problem = envelopeProblem(event);
  if (problem) return refuse(`no event: ${problem}`);
  const { id, time, traceparent } = event as EventEnvelope;
  return { delivery: { ...base, id, occurredAt: Date.parse(time), traceparent }, problem: null };
}

/** Takes as many from the front as fit into one call; each id once, since answers name events by id. */
export function takeBatch(waiting: Delivery[]): Delivery[] {
  const batch: Delivery[] = [];
  const later: Delivery[] = [];
  const ids = new Set<string>();
  let bytes = 2;
  while (waiting.length > 0 && batch.length < MAX_BATCH_EVENTS) {
    const next = waiting[0] as Delivery;
    if (batch.length > 0 && bytes + next.bytes > MAX_BATCH_BYTES) break;
    waiting.shift();
    if (ids.has(next.id)) {
      later.push(next);
      continue;
    }
    ids.add(next.id);
    bytes += next.bytes;
    batch.push(next);
  }
  waiting.unshift(...later);
  return batch;
}

/** Null: it is none. Mended text would be another one, and up to three times as long. */
function utf8(content: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}
