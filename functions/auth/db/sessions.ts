import { and, desc, eq, gt, isNull, lt, or } from 'drizzle-orm';
import type { Reader, Transaction } from '#platform/database';
import { sessions } from './schema.ts';

type SessionRow = Pick<typeof sessions.$inferSelect, 'id' | 'userAgent' | 'createdAt' | 'renewedAt'>;

/** A user's sessions that can still be renewed, newest first, behind the key of the last one that the reader has. */
export function sessionsOf(
  db: Reader,
  userId: string,
  now: Date,
  after: { createdAt: Date; id: string } | null,
  limit: number,
): Promise<SessionRow[]> {
  const { id, userAgent, createdAt, renewedAt, expiresAt, revokedAt } = sessions;
  const older = after && or(lt(createdAt, after.createdAt), and(eq(createdAt, after.createdAt), lt(id, after.id)));
  return db
    .select({ id, userAgent, createdAt, renewedAt })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(revokedAt), gt(expiresAt, now), older ?? undefined))
    .orderBy(desc(createdAt), desc(id))
    .limit(limit);
}

/** Ends one of a user's sessions; one that has ended stays as it is. False: the user has no such session. */
export async function endSession(tx: Transaction, userId: string, id: string, now: Date): Promise<boolean> {
  const own = and(eq(sessions.id, id), eq(sessions.userId, userId));
  const [found] = await tx.select({ revokedAt: sessions.revokedAt }).from(sessions).where(own).for('update');
  if (found?.revokedAt === null) await tx.update(sessions).set({ revokedAt: now }).where(own);
  return found !== undefined;
}

/** Whoever was signed in cannot renew any more; a short token lives on for its minute at most. */
export async function revokeSessions(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt)));
}
