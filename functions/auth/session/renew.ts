import { Session } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { command, reply } from '#platform/route';
import { sessionSigner } from '#platform/session';
import { keepRenewal, renewableSession } from '../db/sessions.ts';
import { viewFor } from '../domain/user-view.ts';
import { RENEW_COOKIE, sessionCookies } from './cookies.ts';

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
    const found = await renewableSession(tx, renewal, at);
    if (!found) throw new AppError('sign-in-needed');

    const { user, sessionId } = found;
    await keepRenewal(tx, sessionId, at);

    const { token, expiresAt } = await sessionSigner(config)(user);
    const given = sessionCookies(config, { token, renewal: null, user });
    const session = { ...viewFor(user, user), expiresAt: expiresAt.toISOString(), sessionId };
    return reply(200, session, { 'set-cookie': given });
  },
});
