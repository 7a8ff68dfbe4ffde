import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { Session, SignIn } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { command, reply } from '#platform/route';
import { sessionSigner } from '#platform/session';
import { emailKeyOf } from '../db/attempts.ts';
import { addSession, renewHashOf } from '../db/sessions.ts';
import { keepSignIn, userAgentOf } from '../db/sign-ins.ts';
import { viewFor } from '../domain/user-view.ts';
import { checkPassword } from '../password-check.ts';
import { RENEW_SECONDS, sessionCookies } from './cookies.ts';

/** The answer is the same for an unknown e-mail, a wrong password and a disabled user, and takes the same time. */
export const signIn = command({
  method: 'POST',
  path: '/api/auth/session',
  summary: 'Sign in: sets the session cookies.',
  roles: 'everyone',
  body: SignIn,
  answers: { 200: Session },
  refusals: ['sign-in-failed', 'too-many-sign-ins'],
  idempotent: false,
  transaction: 'own', // the password takes 25 ms to check: no connection waits for it
  async run({ body, address, headers, database, config, now }) {
    const userAgent = userAgentOf(headers);
    const user = await checkPassword(database, { ...body, address, userAgent });
    if (!user) throw new AppError('sign-in-failed');

    const renewal = randomBytes(32).toString('base64url');
    const sessionId = uuidv7();
    const at = await now();
    await database.transaction(async (tx) => {
      const expiresAt = new Date(at.getTime() + RENEW_SECONDS * 1_000);
      const renewHash = renewHashOf(renewal);
      await addSession(tx, { id: sessionId, userId: user.id, renewHash, createdAt: at, userAgent, expiresAt });
      await keepSignIn(tx, { emailKey: emailKeyOf(user.email), triedAt: at, ok: true, userAgent });
    });
    const { token, expiresAt } = await sessionSigner(config)(user);
    const cookies = sessionCookies(config, { token, renewal, user });
    const session = { ...viewFor(user, user), expiresAt: expiresAt.toISOString(), sessionId };
    return reply(200, session, { 'set-cookie': cookies });
  },
});
