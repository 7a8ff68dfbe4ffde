import Type, { type TLiteral, type TSchema, type TUnion } from 'typebox';

/**
 * The fields that events and REST share. Every schema is plain JSON Schema, so documents can quote it as it stands;
 * `x-hint` is what a person is told instead of a pattern, `x-normalize` how the platform prepares a text for the check.
 */

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

export const isUuid = (value: string): boolean => new RegExp(UUID).test(value);

/** The ids of a comma-separated list, each once; null where it is none, or of more than 200. */
export function idsOf(text: string): string[] | null {
  const ids = [...new Set(text.split(','))];
  return ids.length <= 200 && ids.every(isUuid) ? ids : null;
}

/** A UUID of any version, in lower case. */
export const Uuid = Type.String({
  pattern: UUID,
  description: 'A UUID in lower case.',
  'x-hint': 'A UUID in lower case is needed here.',
});

/** An instant in UTC with milliseconds: `2026-11-23T10:00:00.000Z`. */
export const Instant = Type.String({
  format: 'date-time',
  pattern: '^(?:19|2[0-8])[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\\.[0-9]{3}Z$',
  description: 'An instant in UTC with milliseconds.',
});

/** A business day, `YYYY-MM-DD`, in the company's time zone. */
export const BusinessDay = Type.String({
  format: 'date',
  pattern: '^(?:19|2[0-8])[0-9]{2}-[0-9]{2}-[0-9]{2}$',
  description: "A business day, YYYY-MM-DD, in the company's time zone.",
});

/** A key of an issue tracker, such as `ABC-123`. */
export const JiraId = Type.String({
  pattern: '^[A-Z][A-Z0-9]{0,19}-[1-9][0-9]{0,9}$',
  maxLength: 32,
  'x-hint': 'A Jira id looks like ABC-123.',
});

/** Counts a task's assignments and its closing, from 1; no more than an INT of the databases holds. */
export const TaskVersion = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

/** What one payout pays: at most ten billion dollars, so that thousands of them are still added up exactly. */
export const PayoutCents = Type.Integer({ minimum: 1, maximum: 1_000_000_000_000, description: 'Whole cents.' });

/** An amount in whole cents. */
export const Cents = (limits: { minimum?: number; maximum?: number } = {}) =>
  Type.Integer({
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    ...limits,
    description: 'Whole cents.',
  });

/** What an assignment costs its worker: 10 to 20 whole dollars. */
export const FeeCents = Type.Integer({
  minimum: 1_000,
  maximum: 2_000,
  multipleOf: 100,
  description: 'Whole dollars.',
});

/** What closing brings: 20 to 40 whole dollars. */
export const RewardCents = Type.Integer({
  minimum: 2_000,
  maximum: 4_000,
  multipleOf: 100,
  description: 'Whole dollars.',
});

/**
 * Text of a person. The platform trims it and brings it into NFC before it is checked; lengths count code points.
 * Control characters and lone surrogates are refused, but for line feed and tab in text of several lines.
 */
export const Text = (limits: { minLength: number; maxLength: number; lines?: 'one' | 'many' }) =>
  Type.String({
    minLength: limits.minLength,
    maxLength: limits.maxLength,
    ...(limits.lines === 'many'
      ? { pattern: '^(?:[^\\p{Cc}\\p{Cs}]|[\\n\\t])*$', 'x-hint': 'No control characters but line feed and tab.' }
      : { pattern: '^[^\\p{Cc}\\p{Cs}]*$', 'x-hint': 'One line, without control characters.' }),
    'x-normalize': 'trim-nfc',
  });

/** A value that does not exist yet is null. */
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** One of some words. */
export const OneOf = <const W extends readonly string[]>(...words: W) =>
  Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<{
    -readonly [I in keyof W]: TLiteral<W[I] & string>;
  }>;

/** An object without room for anything that its schema does not name. */
export const Exactly = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
