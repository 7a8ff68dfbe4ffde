import { BusinessDay } from '#contracts/fields';
import { Period, TopTasks } from '#contracts/rest/analytics';
import type { BusinessDate } from '#platform/business-day';
import { query } from '#platform/route';
import { daysFrom } from '../db/days.ts';
import { everyDay } from '../domain/day-list.ts';
import { dearest } from '../domain/days.ts';
import { datesOf } from '../domain/period.ts';
import { READERS, topTaskView } from './views.ts';

/** «Самая дорогая задача за день, неделю или месяц». */
export const topTask = query({
  path: '/api/analytics/top-task',
  summary: 'The dearest task closed in the day, week or month that `on` (today unless given) lies in, and each day’s.',
  roles: READERS,
  query: { period: Period, on: BusinessDay },
  answers: { 200: TopTasks },
  async run({ query, db, calendar, now }) {
    const { period = 'day', on = calendar.dateOf(await now()) } = query;
    const dates = datesOf(period, on as BusinessDate);
    const [from, to] = [dates[0], dates.at(-1) ?? dates[0]];
    const days = everyDay(dates, await daysFrom(db, from, to));
    return {
      period,
      from,
      to,
      topTask: topTaskView(dearest(days.map(({ top }) => top))),
      days: days.map(({ date, top }) => ({ date, topTask: topTaskView(top) })),
    };
  },
});
