import { createHash } from 'node:crypto';
import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Reader, Transaction } from '#platform/database';
import { sessions, users } from './schema.ts';
import type { UserRow } from './users.ts';

/** What is kept of a renewal cookie: whoever reads the table cannot renew with it. */
export const renewHashOf = (renewal: string): string => createHash('sha256').update(renewal).digest('hex');

/** Adds a session, and lets go in a small step of those that ended as long ago as they lasted. */
export async function addSession(
  tx: Transaction,
  session: Pick<typeof sessions.$inferSelect, 'id' | 'userId' | 'renewHash' | 'createdAt' | 'userAgent' | 'expiresAt'>,
): Promise<void> {
  await tx.insert(sessions).values(session);
  // Long after its end a session still says when somebody was here last.
  const old = new Date(2 * session.createdAt.getTime() - session.expiresAt.getTime());
  await tx.delete(sessions).where(lt(sessions.expiresAt, old)).limit(100);
}

/** The session that a renewal cookie opens now, with its user; null: it was revoked, is over, or its user is disabled. */
export async function renewableSession(
  tx: Transaction,
  renewal: string,
  now: Date,
): Promise<{ sessionId: string; user: UserRow } | null> {
  const isOpen = and(isNull(sessions.revokedAt), gt(sessions.expiresAt, now), eq(users.status, 'active'));
  const [found] = await tx
    .select({ user: users, sessionId: sessions.id })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.renewHash, renewHashOf(renewal)), isOpen));
  return found ?? null;
}

export async function keepRenewal(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.update(sessions).set({ renewedAt: at }).where(eq(sessions.id, id));
}

/** The id of a user's session by its renewal cookie. */
export async function sessionIdOf(db: Reader, userId: string, renewal: string): Promise<string | null> {
  const own = and(eq(sessions.renewHash, renewHashOf(renewal)), eq(sessions.userId, userId));
  const [session] = await db.select({ id: sessions.id }).from(sessions).where(own);
  return session?.id ?? null;
}

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

/**
 * Whoever was signed in cannot renew any more; a short token lives on for its minute at most. With a renewal cookie only
 * its session.
 */
export async function revokeSessions(tx: Transaction, userId: string, now: Date, renewal?: string): Promise<void> {
  const which = renewal ? eq(sessions.renewHash, renewHashOf(renewal)) : undefined;
  await tx
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), which));
}
