import { and, eq } from 'drizzle-orm';
import { Session } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { sessions } from '../db/schema.ts';
import { userById } from '../db/users.ts';
import { viewFor } from '../domain/user-view.ts';
import { RENEW_COOKIE } from './cookies.ts';
import { renewHashOf } from './sign-in.ts';

export const whoAmI = query({
  path: '/api/auth/session',
  summary: 'The signed-in user, and when the short token ends.',
  roles: 'any',
  answers: { 200: Session },
  async run({ user: reader, cookies, db }) {
    const user = await userById(db, reader.id);
    if (!user || !reader.expiresAt) throw new AppError('sign-in-needed');
    const [session] = await db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.renewHash, renewHashOf(cookies.one(RENEW_COOKIE) ?? '')), eq(sessions.userId, reader.id)));
    return {
      ...viewFor(reader, user),
      expiresAt: reader.expiresAt.toISOString(),
      sessionId: session?.id ?? null,
    };
  },
});
