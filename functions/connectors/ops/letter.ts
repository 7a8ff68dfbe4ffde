import { createHash } from 'node:crypto';
import type { Message, Options } from 'amqplib';
import { MAX_EVENT_BYTES } from '#contracts/event';
import { isUuid } from '#contracts/fields';
import type { DeadLetter, DeadLetterWithBody } from '#contracts/rest/ops';
import { traceIdOf } from '#platform/trace';
import { deadLetterId } from '../queue/topology.ts';

/** A text that somebody else has written is shown up to here; a body up to its own limit. */
const MAX_TEXT = 500;
export const MAX_BODY_BYTES = 64 * 1024;

/** What a message from a function's dead letters tells of itself. Nothing in it is believed to be there, or to be right. */
export function readLetter(functionName: string, message: Message): DeadLetter {
  const { content, properties } = message;
  const headers: Record<string, unknown> = properties.headers ?? {};
  const event = eventIn(content);
  const death = deathOf(headers);
  const eventId = text(event.id) ?? text(properties.messageId);
  const given = headers['x-ates-id'];
  return {
    id: typeof given === 'string' && isUuid(given) ? given : deadLetterId(functionName, eventId ?? digestOf(content)),
    function: functionName,
    eventId,
    type: text(event.type) ?? routingKeyOf(headers),
    subject: text(event.subject),
    reason: text(headers['x-ates-reason']) ?? (death ? `parked by the broker: ${text(death.reason)}` : null),
    attempts: count(headers['x-ates-attempts']),
    parkedAt: instant(headers['x-ates-parked-at']) ?? instant(death && timestampOf(death.time)),
    traceId: traceIdOf(text(event.traceparent) ?? text(headers.traceparent) ?? '') || null,
    bytes: content.length,
  };
}

export function readLetterWithBody(functionName: string, message: Message): DeadLetterWithBody {
  const { content, properties } = message;
  const headers = properties.headers ?? {};
  return {
    ...readLetter(functionName, message),
    messageId: text(properties.messageId),
    routingKey: routingKeyOf(headers),
    contentType: text(properties.contentType),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)])),
    body: bodyOf(message),
    bodyCut: content.length > MAX_BODY_BYTES,
  };
}

export const bodyOf = ({ content }: Message): string => content.subarray(0, MAX_BODY_BYTES).toString('utf8');

/** What parking, and dead lettering by the broker, have put on a message. */
const PARKED = /^x-(ates-(id|reason|attempts|parked-at|queue)|death|(first|last)-death-.*|delivery-count)$/;
/** By these a message would also go to other queues. Nor may it name another user, or expire. */
const NOT_OURS = /^(CC|BCC)$/;

/** The message as it was before it was parked: the same id, content and properties. */
export function replayOf({ properties }: Message): Options.Publish {
  const { userId: _, expiration: __, ...rest } = properties;
  const headers: Record<string, unknown> = properties.headers ?? {};
  const kept = Object.entries(headers).filter(([name]) => !PARKED.test(name) && !NOT_OURS.test(name));
  const routingKey = routingKeyOf(headers);
  return {
    ...rest,
    headers: { ...Object.fromEntries(kept), ...(routingKey !== null && { 'x-ates-routing-key': routingKey }) },
    persistent: true,
    mandatory: true,
  };
}

/** A header as JSON can hold it; one that nests too deeply for that is not shown. */
function plain(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return 'cannot be shown';
  }
}

function eventIn(content: Buffer): Record<string, unknown> {
  if (content.length > MAX_EVENT_BYTES) return {};
  try {
    const event: unknown = JSON.parse(content.toString('utf8'));
    return event !== null && typeof event === 'object' ? (event as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Where the broker's own delivery limit has parked it: why, when, and under which key it had come. */
function deathOf(headers: Record<string, unknown>): Record<string, unknown> | null {
  const [death] = Array.isArray(headers['x-death']) ? headers['x-death'] : [];
  return death !== null && typeof death === 'object' ? (death as Record<string, unknown>) : null;
}

/** The type under which it was published, if it is still known. */
function routingKeyOf(headers: Record<string, unknown>): string | null {
  const keys = deathOf(headers)?.['routing-keys'];
  return text(headers['x-ates-routing-key']) ?? (Array.isArray(keys) ? text(keys[0]) : null);
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : null;
const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
const timestampOf = (time: unknown): number => Number((time as { value?: unknown } | null)?.value) * 1_000;

function instant(value: unknown): string | null {
  const at = new Date(typeof value === 'string' || typeof value === 'number' ? value : Number.NaN);
  const year = at.getUTCFullYear();
  return year >= 1000 && year <= 2999 ? at.toISOString() : null;
}

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
