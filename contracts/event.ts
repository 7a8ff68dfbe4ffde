import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Instant, Uuid } from './fields.ts';

/** What one service tells the others: a fact, past tense, `<service>.<noun>-<verb-ed>.v<n>`. */
export interface EventContract<T extends string = string, D extends TSchema = TSchema> {
  readonly type: T;
  readonly source: string;
  readonly data: D;
  /** What is wrong with an event of this type; null: nothing. */
  problemWith(event: unknown): string | null;
}

/** CloudEvents 1.0, structured JSON. `id` makes a repeat recognisable; `time` is when the fact occurred. */
export interface EventEnvelope<T extends string = string, D = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly time: string;
  /** What the fact is about: a task's or a payout's id. */
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly traceparent: string;
  readonly data: D;
}

/** The event of a contract; of several contracts, the union, which `type` tells apart. */
export type EventOf<C> = C extends EventContract<infer T, infer D> ? EventEnvelope<T, Static<D>> : never;

/** Beyond this an event is refused where it is told and parked where it is heard. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** What every event has, whatever it tells; extension attributes of CloudEvents may stand beside. */
export const Envelope = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Uuid,
  source: Type.String({ minLength: 1, maxLength: 100 }),
  type: Type.String({ pattern: '^[a-z]+\\.[a-z]+(-[a-z]+)+\\.v[1-9][0-9]?$', maxLength: 100 }),
  time: Instant,
  subject: Uuid,
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.String({ minLength: 1, maxLength: 200 }),
  traceparent: Type.String({ pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' }),
  data: Type.Object({}),
});

const envelopeCheck = Compile(Envelope);

/** What is wrong with the envelope alone; for whoever forwards events without reading them. */
export const envelopeProblem = (event: unknown): string | null => firstProblem(envelopeCheck, event);

export const dataSchemaOf = (type: string): string => `ates:events/${type}`;

/** Registers an event of one version. A published file stays as it is; a change of shape is a new version and file. */
export function defineEvent<const T extends string, D extends TSchema>(contract: {
  type: T;
  source: string;
  data: D;
}): EventContract<T, D> {
  const check = Compile(
    Type.Intersect([
      Envelope,
      Type.Object({ type: Type.Literal(contract.type), source: Type.Literal(contract.source), data: contract.data }),
    ]),
  );
  return { ...contract, problemWith: (event) => firstProblem(check, event) };
}

interface Check {
  Check(value: unknown): boolean;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function firstProblem(check: Check, value: unknown): string | null {
  if (check.Check(value)) return null;
  const [error] = check.Errors(value);
  return error ? `${error.instancePath || '/'} ${error.message}` : 'breaks its schema';
}
