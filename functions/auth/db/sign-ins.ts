import { and, desc, eq, lt, or } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { Reader, Transaction } from '#platform/database';
import { signIns } from './schema.ts';

export type SignInRow = typeof signIns.$inferSelect;

const KEPT_MS = 30 * 24 * 3_600_000;
const LONGEST_USER_AGENT = 200;

/** What a browser calls itself. It may say anything, and of any length. */
export const userAgentOf = (headers: Readonly<Record<string, string | undefined>>): string =>
  (headers['user-agent'] ?? '').slice(0, LONGEST_USER_AGENT);

/** Enters a sign-in, or a failed one, and lets go in a small step of what is too old. */
export async function keepSignIn(tx: Transaction, signIn: Omit<SignInRow, 'id'>): Promise<void> {
  const old = new Date(signIn.triedAt.getTime() - KEPT_MS);
  // Before the insert: two at once must not wait for each other's new row.
  await tx.delete(signIns).where(lt(signIns.triedAt, old)).limit(100);
  await tx.insert(signIns).values({ ...signIn, id: uuidv7() });
}

/** Those of an e-mail, newest first, behind the key of the last one that the reader has. */
export function signInsOf(
  db: Reader,
  emailKey: string,
  after: { triedAt: Date; id: string } | null,
  limit: number,
): Promise<SignInRow[]> {
  const { triedAt, id } = signIns;
  const older = after && or(lt(triedAt, after.triedAt), and(eq(triedAt, after.triedAt), lt(id, after.id)));
  return db
    .select()
    .from(signIns)
    .where(and(eq(signIns.emailKey, emailKey), older ?? undefined))
    .orderBy(desc(triedAt), desc(id))
    .limit(limit);
}
