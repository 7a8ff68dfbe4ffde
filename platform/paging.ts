import { createHash } from 'node:crypto';
import Type from 'typebox';
import { idsOf } from '#contracts/fields';
import { canonicalJson } from './canonical-json.ts';
import { invalid } from './errors.ts';
import type { SignedIn } from './session.ts';

/** The query parameters of every list. Services may ask for more at once than pages do. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 5_000, description: '1..200, 50 if left out; services: up to 5000' }),
  cursor: Type.String({ minLength: 1, maxLength: 500, description: "the last answer's nextCursor" }),
};

/** The parameter of a list that is asked for up to 200 things at once, by their ids. */
export const idsQuery = (description = 'up to 200 ids, comma-separated') =>
  Type.String({ maxLength: 200 * 37, description });

/** The ids of such a parameter; undefined: it was left out. */
export function idsIn<N extends string>(query: { readonly [K in N]?: string }, name: N): string[] | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const ids = idsOf(text);
  if (!ids) throw invalid(`?${name}`, 'must be up to 200 UUIDs, comma-separated');
  return ids;
}

/** What a key holds: as an item tells it, and as a query compares it. */
interface Told {
  readonly instant: string;
  readonly number: number;
  readonly text: string;
}
type Compared = Omit<Told, 'instant'> & { readonly instant: Date };

/** What a list is ordered by, in that order; together they name one item. */
type Keys = Readonly<Record<string, keyof Told>>;

interface Page<K extends Keys> {
  readonly limit: number;
  /** The key of the last item that the reader has; null: from the beginning. */
  readonly after: { readonly [Name in keyof K]: Compared[K[Name]] } | null;
  /** Cuts what was read with `limit + 1` to the page, and makes the cursor to the next one. */
  of<T extends { readonly [Name in keyof K]: Told[K[Name]] }>(
    items: readonly T[],
  ): { items: T[]; nextCursor: string | null };
}

/**
 * A page of a list that stays stable while rows are added: the next one begins behind the key of the last item. A
 * cursor belongs to its list, reader and filters; with others it is refused.
 */
export function pageOf<const K extends Keys>(
  list: string,
  user: SignedIn,
  { limit, cursor, ...filters }: { limit?: number; cursor?: string; [filter: string]: unknown },
  keys: K,
): Page<K> {
  if (user.role !== 'service' && (limit ?? 0) > 200) throw invalid('?limit', 'must be 200 or less');
  const size = limit ?? 50;
  const scope = createHash('sha256')
    .update(canonicalJson({ list, reader: user.id, filters }))
    .digest('base64url')
    .slice(0, 16);
  return {
    limit: size,
    after: cursor === undefined ? null : keyOf(cursor, scope, keys),
    of(items) {
      const page = items.slice(0, size);
      const last = page.at(-1);
      if (!last || items.length <= size) return { items: page, nextCursor: null };
      const next = [scope, ...Object.keys(keys).map((key) => last[key])];
      return { items: page, nextCursor: Buffer.from(JSON.stringify(next)).toString('base64url') };
    },
  };
}

function keyOf<K extends Keys>(cursor: string, scope: string, keys: K): NonNullable<Page<K>['after']> {
  const refused = invalid('?cursor', 'belongs to another list or to other filters');
  try {
    const [its, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const types = Object.entries(keys);
    const fits = values.length === types.length && types.every(([, type], i) => isOf[type](values[i]));
    if (its !== scope || !fits) throw refused;
    const compared = types.map(([key, type], i) => [key, type === 'instant' ? new Date(String(values[i])) : values[i]]);
    return Object.fromEntries(compared) as NonNullable<Page<K>['after']>;
  } catch {
    throw refused;
  }
}

/** A cursor that somebody has changed must not reach the database. */
const isOf: Readonly<Record<keyof Told, (value: unknown) => boolean>> = {
  instant: (value) => typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)),
  number: (value) => Number.isSafeInteger(value),
  text: (value) => typeof value === 'string',
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
