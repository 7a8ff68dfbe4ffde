import { createHash } from 'node:crypto';
import { eq, lt } from 'drizzle-orm';
import { safeInteger } from '#platform/columns';
import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import { foldedEmail, type Tries, type TriesSeen, WINDOW_SECONDS } from '../domain/throttle.ts';
import { signInAttempts, signInTurns } from './schema.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const emailKeyOf = (email: string): string => sha256(foldedEmail(email));

/**
 * Waits until nobody else enters a try for this e-mail or from this address, and keeps them away until the transaction
 * ends: so each try sees all that were let through before it. The lower turn comes first, so no two wait for each other.
 */
export async function takeTurn(tx: Transaction, emailKey: string, address: string): Promise<void> {
  const turnOf = (hash: string) => Number.parseInt(hash.slice(0, 2), 16);
  const turns = [emailKey, sha256(address)].map(turnOf).sort((a, b) => a - b);
  const rows = turns.map((turn) => ({ turn }));
  await insertMany(tx, signInTurns, rows, 'turn = turn');
}

/** What was tried within the window; with the turn taken, nothing is missing. */
export async function triesSeen(tx: Transaction, emailKey: string, address: string, now: Date): Promise<TriesSeen> {
  const since = new Date(now.getTime() - WINDOW_SECONDS * 1_000).toISOString().replace('T', ' ').replace('Z', '');
  const counts = (condition: string) =>
    `SUM(${condition} AND checked), SUM(${condition} AND NOT checked), MAX(IF(${condition} AND checked, at, NULL))`;
  const [rows] = await tx.connection.query(
    {
      sql:
        `SELECT ${counts('(email_key = ? AND address = ?)')}, ${counts('(email_key = ?)')}, ${counts('(address = ?)')} ` +
        'FROM sign_in_attempts WHERE at > ? AND (email_key = ? OR address = ?)',
      rowsAsArray: true,
      dateStrings: true,
    },
    [
      ...[emailKey, address, emailKey, address, emailKey, address],
      ...[emailKey, emailKey, emailKey],
      ...[address, address, address],
      ...[since, emailKey, address],
    ],
  );
  const row = (rows as (string | null)[][])[0] ?? [];
  const tries = (at: number): Tries => ({
    failed: safeInteger(row[at] ?? null),
    underWay: safeInteger(row[at + 1] ?? null),
    lastFailureAt: row[at + 2] ? new Date(`${(row[at + 2] as string).replace(' ', 'T')}Z`) : null,
  });
  return { emailFromAddress: tries(0), email: tries(3), address: tries(6) };
}

/** The try is let through: it counts from now on. Gives its id. */
export async function enterAttempt(tx: Transaction, emailKey: string, address: string, now: Date): Promise<number> {
  const [{ insertId }] = await tx.insert(signInAttempts).values({ emailKey, address, at: now });
  return insertId;
}

/** The password was wrong: from now on the try is a failure. */
export async function keepFailure(db: Transaction, id: number, now: Date): Promise<void> {
  await db.update(signInAttempts).set({ checked: true, at: now }).where(eq(signInAttempts.id, id));
}

/** A success clears the e-mail's count, and what is too old to count goes in small steps along with it. */
export async function clearAttempts(db: Transaction, emailKey: string, now: Date): Promise<void> {
  await db.delete(signInAttempts).where(eq(signInAttempts.emailKey, emailKey));
  const old = new Date(now.getTime() - 2 * WINDOW_SECONDS * 1_000);
  await db.delete(signInAttempts).where(lt(signInAttempts.at, old)).limit(100);
}
