import { AnalyticsDays } from '#contracts/rest/analytics';
import { addDays } from '#platform/business-day';
import { dayRangeOf, rangeQuery } from '#platform/day-range';
import { query } from '#platform/route';
import { daysFrom } from '../db/days.ts';
import { everyDay, totalsOf } from '../domain/day-list.ts';
import { dayView, READERS } from './views.ts';

export const days = query({
  path: '/api/analytics/days',
  summary: 'Profit, losers and the dearest task of every day of a range, with the totals of the period before it.',
  roles: READERS,
  query: rangeQuery,
  answers: { 200: AnalyticsDays },
  async run({ query, db, calendar, now }) {
    const { from, to, dates } = dayRangeOf(query, calendar.dateOf(await now()));
    const before = { from: addDays(from, -dates.length), to: addDays(from, -1) };
    const stored = await daysFrom(db, before.from, to);
    const items = everyDay(dates, stored);
    const earlier = stored.filter(({ date }) => date >= before.from && date < from);
    return {
      timeZone: calendar.timeZone,
      items: items.map(dayView),
      totals: totalsOf(items),
      before: { ...before, totals: totalsOf(earlier) },
    };
  },
});
