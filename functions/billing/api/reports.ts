import { PayoutReport } from '#contracts/rest/billing';
import { csvAmount, csvReply, wantsCsv } from '#platform/csv';
import { dayRangeOf, rangeQuery } from '#platform/day-range';
import { query } from '#platform/route';
import { payoutTotals } from '../db/reading.ts';
import { figuresOf, STATES } from '../domain/report.ts';

/** «Отчёт по выплатам». */
export const reports = query({
  path: '/api/billing/reports',
  summary: 'Per business day, how many payouts and how much, by state; the last 30 days unless told otherwise.',
  roles: ['accountant', 'executive', 'admin'],
  query: rangeQuery,
  answers: { 200: PayoutReport },
  csv: true,
  async run({ query, db, calendar, now, headers }) {
    const { from, to, dates } = dayRangeOf(query, calendar.dateOf(await now()));
    const totals = await payoutTotals(db, from, to);
    const byDate = Map.groupBy(totals, ({ date }) => date);
    const items = dates.map((date) => ({ date, ...figuresOf(byDate.get(date) ?? []) }));
    if (wantsCsv(headers)) return csvReply(COLUMNS, csvRows(items));
    return { items, totals: figuresOf(totals) };
  },
});

const COLUMNS = ['date', 'count', 'sum', ...STATES.flatMap((state) => [`${state}Count`, `${state}Sum`])];

async function* csvRows(items: readonly ({ date: string } & ReturnType<typeof figuresOf>)[]) {
  for (const { date, count, cents, states } of items) {
    const byState = STATES.flatMap((state) => [states[state].count, csvAmount(states[state].cents)]);
    yield [date, count, csvAmount(cents), ...byState];
  }
}
