import { type SQLWrapper, sql } from 'drizzle-orm';
import { safeInteger } from './columns.ts';

/**
 * An aggregate that two databases can compare: of each row's values, joined by blanks, the first 32 bits of the SHA-256,
 * summed up in whatever order. No CRC: of two amounts that changed places, one in 65,000 would go unseen.
 */
export const checksumOf = (...values: SQLWrapper[]) =>
  sql`sum(cast(conv(left(sha2(concat_ws(' ', ${sql.join(values, sql`, `)}), 256), 8), 16, 10) AS unsigned))`.mapWith(
    safeInteger,
  );
