import Type, { type Static } from 'typebox';
import { Exactly, Instant, Nullable, OneOf, Text, Uuid } from '../fields.ts';

const Count = Type.Integer({ minimum: 0 });

/** A message that its function could not handle. What it says of itself is as it came, and may be missing or wrong. */
export const DeadLetter = Exactly({
  /** The parker's `x-ates-id`; where the broker itself has parked it, made from queue and message id. */
  id: Uuid,
  /** Whose event it is. */
  function: Type.String(),
  eventId: Nullable(Type.String()),
  type: Nullable(Type.String()),
  /** What the event is about: a task's or a payout's id. */
  subject: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  attempts: Nullable(Count),
  parkedAt: Nullable(Instant),
  traceId: Nullable(Type.String()),
  bytes: Count,
});
export type DeadLetter = Static<typeof DeadLetter>;

export const DeadLetterWithBody = Exactly({
  ...DeadLetter.properties,
  messageId: Nullable(Type.String()),
  routingKey: Nullable(Type.String()),
  contentType: Nullable(Type.String()),
  headers: Type.Record(Type.String(), Type.Unknown()),
  /** The message as text, whether or not it is JSON or even UTF-8. */
  body: Type.String(),
  /** There is more of it than `body` holds. */
  bodyCut: Type.Boolean(),
});
export type DeadLetterWithBody = Static<typeof DeadLetterWithBody>;

export const DeadLetters = Exactly({
  items: Type.Array(DeadLetter),
  nextCursor: Nullable(Type.String()),
  /** All there are under the filter, looked at or not. */
  total: Count,
  /** Those that were not looked at, since there are too many: the youngest, which come into sight as others go. */
  beyond: Count,
});
export type DeadLetters = Static<typeof DeadLetters>;

export const DropDeadLetter = Exactly({ reason: Text({ minLength: 1, maxLength: 500 }) });

/** `away`: no answer in time. `not-ready`: it answers, and says that it cannot do its work. */
const PartState = OneOf('ready', 'not-ready', 'away');

/** The last request that a function answered with 500 or above, since it started. */
export const LastError = Exactly({
  at: Instant,
  /** Entry, status and the problem's code: `POST /api/tasks 503 temporarily-unavailable`. */
  what: Type.String(),
  traceId: Type.String(),
});
export type LastError = Static<typeof LastError>;

/**
 * A function or connector, as all its instances together tell of themselves; null where none answers or such a thing is
 * not counted.
 */
export const PartStatus = Exactly({
  name: Type.String(),
  kind: OneOf('function', 'connector'),
  /** `ready` when every instance is. */
  state: PartState,
  /** How many addresses its name has, each of which was asked; null where its name has none, or behind a gateway. */
  instances: Nullable(Count),
  version: Nullable(Type.String()),
  /** The start of the oldest process; the counts are from then on. */
  startedAt: Nullable(Instant),
  requests: Nullable(Count),
  /** Requests under way now. */
  inFlight: Nullable(Count),
  /** Requests answered with 500 or above. */
  errors: Nullable(Count),
  lastError: Nullable(LastError),
  /** Of the requests, estimated from a histogram; at most 10 s is told. */
  p95Ms: Nullable(Type.Number({ minimum: 0 })),
  /** What the part has called a person for. */
  alarms: Nullable(Count),
});
export type PartStatus = Static<typeof PartStatus>;

/** The queue of a function; null where nobody could tell. */
export const QueueStatus = Exactly({
  function: Type.String(),
  /** Events that wait in the queue; those that the queue connector holds come beside. */
  depth: Nullable(Count),
  held: Nullable(Count),
  oldestHeldSeconds: Nullable(Type.Number({ minimum: 0 })),
  consumers: Nullable(Count),
  deadLetters: Nullable(Count),
  /** The queue connector waits for the function. */
  functionAway: Nullable(Type.Boolean()),
});
export type QueueStatus = Static<typeof QueueStatus>;

export const OpsStatus = Exactly({
  at: Instant,
  parts: Type.Array(PartStatus),
  queues: Type.Array(QueueStatus),
  /** Events that services have told and the broker has not got yet: the age of the oldest of each service. */
  outboxes: Type.Array(Exactly({ service: Type.String(), oldestSeconds: Type.Number({ minimum: 0 }) })),
  /** As a service's functions see their database; null while none of them answers. */
  databases: Type.Array(Exactly({ service: Type.String(), state: Nullable(OneOf('ready', 'away')) })),
  broker: OneOf('ready', 'away'),
});
export type OpsStatus = Static<typeof OpsStatus>;
