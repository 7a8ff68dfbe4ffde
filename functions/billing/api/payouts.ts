import { BusinessDay, Uuid } from '#contracts/fields';
import { Payout, PayoutState, Payouts } from '#contracts/rest/billing';
import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, MAX_CSV_ROWS, refuseTooManyRows, wantsCsv } from '#platform/csv';
import type { Database } from '#platform/database';
import { dayRangeOf } from '#platform/day-range';
import { AppError } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import type { SignedIn } from '#platform/session';
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
    const page = pageOf('payouts', user, query, ['createdAt', 'id']);
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
    const after = page.after && { createdAt: new Date(page.after.createdAt), id: String(page.after.id) };
    const rows = await listPayouts(db, filter, after, page.limit + 1);
    const found = page.of(rows.map(payoutView));
    if (after) return found;
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

/** Reads a thousand rows at a time, each on a connection of its own moment: a slow reader holds none. */
async function* csvRows(database: Database, filter: PayoutFilter) {
  let after: { createdAt: Date; id: string } | null = null;
  for (let left = MAX_CSV_ROWS; left > 0; left -= 1_000) {
    const rows = await database.read((db) => listPayouts(db, filter, after, 1_000));
    for (const { createdAt, businessDate, amountCents, state, reason, cardLast4, ...row } of rows) {
      const facts = [businessDate, csvAmount(amountCents), state, reason, cardLast4, row.attempts];
      yield [createdAt.toISOString(), ...facts, row.paidAt?.toISOString() ?? null, row.userId, row.id];
    }
    after = rows.at(-1) ?? null;
    if (rows.length < 1_000) return;
  }
}
