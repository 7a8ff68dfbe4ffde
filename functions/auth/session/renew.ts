import { and, eq, gt, isNull } from 'drizzle-orm';
import { Session } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { command, reply } from '#platform/route';
import { sessionSigner } from '#platform/session';
import { sessions, users } from '../db/schema.ts';
import { viewFor } from '../domain/user-view.ts';
import { RENEW_COOKIE, sessionCookies } from './cookies.ts';
import { renewHashOf } from './sign-in.ts';

/** The renewal cookie stays the same, so that two tabs that renew at once both succeed. */
export const renew = command({
  method: 'PUT',
  path: '/api/auth/session',
  summary: 'Renew: a new short token for the renewal cookie; 401 when the session was revoked.',
  roles: 'everyone',
  answers: { 200: Session },
  refusals: ['sign-in-needed'],
  idempotent: false,
  async run({ cookies, tx, config, now }) {
    const at = await now();
    const renewal = cookies.one(RENEW_COOKIE);
    if (!renewal) throw new AppError('sign-in-needed');
    const [found] = await tx
      .select({ user: users, sessionId: sessions.id })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(
        and(
          eq(sessions.renewHash, renewHashOf(renewal)),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, at),
          eq(users.status, 'active'),
        ),
      );
    if (!found) throw new AppError('sign-in-needed');

    const { user, sessionId } = found;
    await tx.update(sessions).set({ renewedAt: at }).where(eq(sessions.id, sessionId));

    const { token, expiresAt } = await sessionSigner(config)(user);
    const given = sessionCookies(config, { token, renewal: null, user });
    const session = { ...viewFor(user, user), expiresAt: expiresAt.toISOString(), sessionId };
    return reply(200, session, { 'set-cookie': given });
  },
});
