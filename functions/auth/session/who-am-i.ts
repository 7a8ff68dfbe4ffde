import { Session } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { userById } from '../db/users.ts';
import { viewFor } from '../domain/user-view.ts';

export const whoAmI = query({
  path: '/api/auth/session',
  summary: 'The signed-in user, and when the short token ends.',
  roles: 'any',
  answers: { 200: Session },
  async run({ user: reader, db }) {
    const user = await userById(db, reader.id);
    if (!user || !reader.expiresAt) throw new AppError('sign-in-needed');
    return { ...viewFor(reader, user), expiresAt: reader.expiresAt.toISOString() };
  },
});
