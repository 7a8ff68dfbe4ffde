import { createHash } from 'node:crypto';
import Type from 'typebox';
import { canonicalJson } from './canonical-json.ts';
import { invalid } from './errors.ts';
import type { SignedIn } from './session.ts';

/** The query parameters of every list. Services may ask for more at once than pages do. */
export const pageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 5_000, description: '1..200, 50 if left out; services: up to 5000' }),
  cursor: Type.String({ minLength: 1, maxLength: 500, description: "the last answer's nextCursor" }),
};

interface Page<K extends string> {
  readonly limit: number;
  /** The key of the last item that the reader has; null: from the beginning. */
  readonly after: Readonly<Record<K, string | number>> | null;
  /** Cuts what was read with `limit + 1` to the page, and makes the cursor to the next one. */
  of<T extends Record<K, string | number>>(items: readonly T[]): { items: T[]; nextCursor: string | null };
}

/**
 * A page of a list that stays stable while rows are added: the next one begins behind the key of the last item. A
 * cursor belongs to its list, reader and filters; with others it is refused.
 */
export function pageOf<const K extends string>(
  list: string,
  user: SignedIn,
  { limit, cursor, ...filters }: { limit?: number; cursor?: string; [filter: string]: unknown },
  keys: readonly K[],
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
      const next = [scope, ...keys.map((key) => last[key])];
      return { items: page, nextCursor: Buffer.from(JSON.stringify(next)).toString('base64url') };
    },
  };
}

function keyOf<K extends string>(cursor: string, scope: string, keys: readonly K[]): Record<K, string | number> {
  const refused = invalid('?cursor', 'belongs to another list or to other filters');
  try {
    const [its, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as (string | number)[];
    const fits = values.length === keys.length && keys.every((key, i) => isKey(key, values[i]));
    if (its !== scope || !fits) throw refused;
    return Object.fromEntries(keys.map((key, i) => [key, values[i]])) as Record<K, string | number>;
  } catch {
    throw refused;
  }
}

/** A cursor that somebody has changed must not reach the database: what a key holds is told by its name. */
function isKey(name: string, value: unknown): boolean {
  if (/(Cents|Count)$|^(seq|posting)$/.test(name)) return Number.isSafeInteger(value);
  if (/At$/.test(name)) return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  return typeof value === 'string' || typeof value === 'number';
}
