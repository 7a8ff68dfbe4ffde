import { SignIns } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { emailKeyOf } from '../db/attempts.ts';
import { signInsOf } from '../db/sign-ins.ts';
import { userById } from '../db/users.ts';

/** Who sees here what they did not do should take another password. */
export const listSignIns = query({
  path: '/api/auth/sign-ins',
  summary: "The reader's sign-ins of the last 30 days, failed ones too, newest first.",
  roles: 'any',
  query: pageQuery,
  answers: { 200: SignIns },
  async run({ query, user: reader, db }) {
    const page = pageOf('sign-ins', reader, query, { triedAt: 'instant', id: 'text' });
    const user = await userById(db, reader.id);
    if (!user) throw new AppError('sign-in-needed');
    const rows = await signInsOf(db, emailKeyOf(user.email), page.after, page.limit + 1);
    return page.of(
      rows.map(({ id, triedAt, ok, userAgent }) => ({ id, triedAt: triedAt.toISOString(), ok, userAgent })),
    );
  },
});
