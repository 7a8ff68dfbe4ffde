import { BusinessDay } from '#contracts/fields';
import { Day, Summary } from '#contracts/rest/accounts';
import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, wantsCsv } from '#platform/csv';
import { dayRangeOf, rangeQuery } from '#platform/day-range';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { accountsBefore, booksOf, dayOf, statesOf, wouldClose } from '../db/days.ts';
import { totalsOfDays } from '../db/reading.ts';
import { openDays } from '../domain/close-day.ts';
import { begunDayView, openDayView } from '../domain/day-view.ts';
import { summaryOf } from '../domain/summary.ts';

const roles = ['accountant', 'executive', 'admin'] as const;

/** «Дашборд для топ-менеджмента»: what each day has brought the company. */
export const summary = query({
  path: '/api/accounts/summary',
  summary: "The company's profit (fees charged less rewards earned) and payouts by day, with totals.",
  roles,
  query: rangeQuery,
  answers: { 200: Summary },
  csv: true,
  async run({ query, db, calendar, now, headers }) {
    const { from, to, dates } = dayRangeOf(query, calendar.dateOf(await now()));
    const summary = summaryOf(dates, await totalsOfDays(db, from, to), await statesOf(db, dates));
    return wantsCsv(headers) ? csvReply(columns, csvRows(summary.items)) : summary;
  },
});

const columns = ['date', 'fees', 'rewards', 'profit', 'payouts', 'payoutsCount', 'state'];

async function* csvRows(items: ReturnType<typeof summaryOf>['items']) {
  for (const { date, feesCents, rewardsCents, profitCents, payoutsCents, payoutsCount, state } of items) {
    const amounts = [feesCents, rewardsCents, profitCents, payoutsCents].map(csvAmount);
    yield [date, ...amounts, payoutsCount, state];
  }
}

export const getDay = query({
  path: '/api/accounts/days/{date}',
  summary:
    'State of a day and of its closing; of an open one, what closing it would pay now, and the debts that would be left.',
  roles,
  params: { date: BusinessDay },
  answers: { 200: Day },
  async run({ params, db, calendar, now }) {
    const date = params.date as BusinessDate;
    const open = openDays(await booksOf(db), calendar, calendar.dateOf(await now()));
    const begun = await dayOf(db, date); // after the books: a day that is begun in between is found
    if (begun) return begunDayView(begun, calendar.timeZone);
    if (!open.includes(date)) throw new AppError('not-found');

    const accounts = await accountsBefore(db, calendar.boundsOf(date).end);
    const close = await wouldClose(db, open.slice(0, open.indexOf(date) + 1));
    return openDayView(date, calendar.timeZone, { accounts, ...close });
  },
});
