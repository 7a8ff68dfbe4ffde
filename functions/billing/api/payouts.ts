import { BusinessDay, Uuid } from '#contracts/fields';
import { Payout, PayoutState, Payouts } from '#contracts/rest/billing';
import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, refuseTooManyRows, rowsByPage, wantsCsv } from '#platform/csv';
import type { Database } from '#platform/database';
import { dayRangeOf } from '#platform/day-range';
import { AppError } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import type { SignedIn } from '#platform/session';
import type { PayoutRow } from '../db/payouts.ts';
import { listPayouts, openTotals, type PayoutFilter, payoutById, payoutCount, payoutTotals } from '../db/reading.ts';
import { payoutView } from '../domain/payout-view.ts';
import { figuresOf } from '../domain/report.ts';

/** Who sees everybody's payouts; all others see their own. */
const seesAll = ({ role }: SignedIn): boolean => ['accountant', 'executive', 'admin', 'service'].includes(role);

export const payoutsList = query({
  path: '/api/billing/payouts',
  summary: "Payouts, newest created first: the reader's own, or everybody's for who looks after the money.",
  roles: 'any',
  query: { ...pageQuery, day: BusinessDay, state: PayoutState, userId: Uuid },
  answers: { 200: Payouts },
  csv: true,
  async run({ query, user, db, database, headers, calendar, now }) {
    const page = pageOf('payouts', user, query, { createdAt: 'instant', id: 'text' });
    const { day, state, userId } = query;
    const filter: PayoutFilter = {
      userIds: [...(seesAll(user) ? [] : [user.id]), ...(userId ? [userId] : [])],
      ...(day && { day: day as BusinessDate }),
      ...(state && { state }),
    };
    if (wantsCsv(headers)) {
      refuseTooManyRows(await payoutCount(db, filter));
      return csvReply(COLUMNS, csvRows(database, filter));
    }
    const rows = await listPayouts(db, filter, page.after, page.limit + 1);
    const found = page.of(rows.map(payoutView));
    if (page.after) return found;
    const { from, to } = dayRangeOf(day ? { from: day, to: day } : {}, calendar.dateOf(await now()));
    const totals = await (day ? payoutTotals : openTotals)(db, from, to, filter.userIds);
    return { ...found, totals: figuresOf(totals) };
  },
});

/** «Проверка статуса выплаты». */
export const getPayout = query({
  path: '/api/billing/payouts/{id}',
  summary: 'One payout and its state.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: Payout },
  async run({ params, user, db }) {
    const payout = await payoutById(db, params.id);
    if (!payout || (!seesAll(user) && payout.userId !== user.id)) throw new AppError('not-found');
    return payoutView(payout);
  },
});

const COLUMNS = [
  ...['createdAt', 'businessDate', 'amount', 'state', 'reason', 'cardLast4', 'attempts', 'paidAt', 'userId', 'id'],
];

async function* csvRows(database: Database, filter: PayoutFilter) {
  const rows = rowsByPage<PayoutRow>((last, limit) => database.read((db) => listPayouts(db, filter, last, limit)));
  for await (const { createdAt, businessDate, amountCents, state, reason, cardLast4, ...row } of rows) {
    const facts = [businessDate, csvAmount(amountCents), state, reason, cardLast4, row.attempts];
    yield [createdAt.toISOString(), ...facts, row.paidAt?.toISOString() ?? null, row.userId, row.id];
  }
}
