import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
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

/** When each of some users last renewed or signed in; who is not there has no session that is still kept. */
export async function lastSeenOf(db: Reader, userIds: readonly string[]): Promise<Map<string, Date>> {
  if (userIds.length === 0) return new Map();
  const { userId, renewedAt, createdAt } = sessions;
  const rows = await db
    .select({ userId, at: sql`MAX(COALESCE(${renewedAt}, ${createdAt}))`.mapWith(renewedAt) })
    .from(sessions)
    .where(inArray(userId, [...userIds]))
    .groupBy(userId);
  return new Map(rows.map(({ userId, at }) => [userId, at]));
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
