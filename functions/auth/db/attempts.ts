import { createHash } from 'node:crypto';
import { eq, lt } from 'drizzle-orm';
import { safeInteger } from '#platform/columns';
import type { Transaction } from '#platform/database';
import { foldedEmail, type Tries, type TriesSeen, WINDOW_SECONDS } from '../domain/throttle.ts';
import { signInAttempts } from './schema.ts';

export const emailKeyOf = (email: string): string => createHash('sha256').update(foldedEmail(email)).digest('hex');

/** Enters a try, then tells what came before it; in this order, so that tries at once see each other. */
export async function enterAttempt(db: Transaction, emailKey: string, address: string, now: Date) {
  const [{ insertId: id }] = await db.insert(signInAttempts).values({ emailKey, address, at: now });
  const since = new Date(now.getTime() - WINDOW_SECONDS * 1_000).toISOString().replace('T', ' ').replace('Z', '');
  const counts = (condition: string) =>
    `SUM(${condition} AND checked), SUM(${condition} AND NOT checked), MAX(IF(${condition} AND checked, at, NULL))`;
  const [rows] = await db.connection.query(
    {
      sql:
        `SELECT ${counts('(email_key = ? AND address = ?)')}, ${counts('(email_key = ?)')}, ${counts('(address = ?)')} ` +
        'FROM sign_in_attempts WHERE id < ? AND at > ? AND (email_key = ? OR address = ?)',
      rowsAsArray: true,
      dateStrings: true,
    },
    [
      ...[emailKey, address, emailKey, address, emailKey, address],
      ...[emailKey, emailKey, emailKey],
      ...[address, address, address],
      ...[id, since, emailKey, address],
    ],
  );
  const row = (rows as (string | null)[][])[0] ?? [];
  const tries = (at: number): Tries => ({
    failed: safeInteger(row[at] ?? null),
    underWay: safeInteger(row[at + 1] ?? null),
    lastFailureAt: row[at + 2] ? new Date(`${(row[at + 2] as string).replace(' ', 'T')}Z`) : null,
  });
  const seen: TriesSeen = { emailFromAddress: tries(0), email: tries(3), address: tries(6) };
  return { id, seen };
}

/** The password was wrong: from now on the try is a failure. */
export async function keepFailure(db: Transaction, id: number, now: Date): Promise<void> {
  await db.update(signInAttempts).set({ checked: true, at: now }).where(eq(signInAttempts.id, id));
}

/** The try was refused without a look at its password: as if it had not been. */
export async function forgetAttempt(db: Transaction, id: number): Promise<void> {
  await db.delete(signInAttempts).where(eq(signInAttempts.id, id));
}

/** A success clears the e-mail's count, and what is too old to count goes in small steps along with it. */
export async function clearAttempts(db: Transaction, emailKey: string, now: Date): Promise<void> {
  await db.delete(signInAttempts).where(eq(signInAttempts.emailKey, emailKey));
  const old = new Date(now.getTime() - 2 * WINDOW_SECONDS * 1_000);
  await db.delete(signInAttempts).where(lt(signInAttempts.at, old)).limit(100);
}
