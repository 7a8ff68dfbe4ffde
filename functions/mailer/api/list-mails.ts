import { BusinessDay, Uuid } from '#contracts/fields';
import { MailStatus, Mails } from '#contracts/rest/mailer';
import type { BusinessDate } from '#platform/business-day';
import { idsIn, idsQuery, pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { listMails } from '../db/reading.ts';
import { mailView, seesAllMails } from '../domain/mail-view.ts';

export const mailsList = query({
  path: '/api/mailer/mails',
  summary: "Letters, newest created first: one's own; for accountants and admins everybody's.",
  roles: 'any',
  query: {
    ...pageQuery,
    status: MailStatus,
    userId: Uuid,
    day: BusinessDay,
    payoutIds: idsQuery('the letters about up to 200 payouts, comma-separated'),
  },
  answers: { 200: Mails },
  async run({ query, user, db, calendar }) {
    const page = pageOf('mails', user, query, { createdAt: 'instant', id: 'text' });
    const { status, userId, day } = query;
    const payoutIds = idsIn(query, 'payoutIds');
    const filter = {
      ...(seesAllMails(user.role) ? {} : { ownerId: user.id }),
      ...(status && { status }),
      ...(userId && { userId }),
      ...(day && { day: day as BusinessDate }),
      ...(payoutIds && { payoutIds }),
    };

    const rows = await listMails(db, filter, page.after, page.limit + 1);

    const { items, nextCursor } = page.of(rows.map(mailView));
    return { timeZone: calendar.timeZone, items, nextCursor };
  },
});
