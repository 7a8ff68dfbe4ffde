import { and, eq, isNull } from 'drizzle-orm';
import { command, reply } from '#platform/route';
import { sessions } from '../db/schema.ts';
import { clearedCookies, RENEW_COOKIE } from './cookies.ts';
import { renewHashOf } from './sign-in.ts';

/** Revokes the session of the renewal cookie; without the cookie all of the user's sessions: nothing may stay open. */
export const signOut = command({
  method: 'DELETE',
  path: '/api/auth/session',
  summary: 'Sign out: revokes the session and clears the cookies.',
  roles: 'any',
  answers: { 204: null },
  idempotent: false,
  async run({ user, cookies, tx, config, now }) {
    const renewal = cookies.one(RENEW_COOKIE);
    const which = renewal ? eq(sessions.renewHash, renewHashOf(renewal)) : undefined;
    await tx
      .update(sessions)
      .set({ revokedAt: await now() })
      .where(and(eq(sessions.userId, user.id), isNull(sessions.revokedAt), which));
    return reply(204, null, { 'set-cookie': clearedCookies(config) });
  },
});
