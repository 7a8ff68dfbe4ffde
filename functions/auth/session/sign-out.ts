import { command, reply } from '#platform/route';
import { revokeSessions } from '../db/sessions.ts';
import { clearedCookies, RENEW_COOKIE } from './cookies.ts';

/** Revokes the session of the renewal cookie; without the cookie all of the user's sessions: nothing may stay open. */
export const signOut = command({
  method: 'DELETE',
  path: '/api/auth/session',
  summary: 'Sign out: revokes the session and clears the cookies.',
  roles: 'any',
  answers: { 204: null },
  idempotent: false,
  async run({ user, cookies, tx, config, now }) {
    await revokeSessions(tx, user.id, await now(), cookies.one(RENEW_COOKIE) ?? undefined);
    return reply(204, null, { 'set-cookie': clearedCookies(config) });
  },
});
