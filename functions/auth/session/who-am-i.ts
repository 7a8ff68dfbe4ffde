import { Session } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { sessionIdOf } from '../db/sessions.ts';
import { userById } from '../db/users.ts';
import { viewFor } from '../domain/user-view.ts';
import { RENEW_COOKIE } from './cookies.ts';

export const whoAmI = query({
  path: '/api/auth/session',
  summary: 'The signed-in user, and when the short token ends.',
  roles: 'any',
  answers: { 200: Session },
  async run({ user: reader, cookies, db }) {
    const user = await userById(db, reader.id);
    if (!user || !reader.expiresAt) throw new AppError('sign-in-needed');
    const sessionId = await sessionIdOf(db, reader.id, cookies.one(RENEW_COOKIE) ?? '');
    return { ...viewFor(reader, user), expiresAt: reader.expiresAt.toISOString(), sessionId };
  },
});
