import Type from 'typebox';
import { BusinessDay } from '#contracts/fields';
import { DearestTasks } from '#contracts/rest/analytics';
import type { BusinessDate } from '#platform/business-day';
import { query } from '#platform/route';
import { dearestOn } from '../db/days.ts';
import { READERS, topTaskView } from './views.ts';

export const topTasks = query({
  path: '/api/analytics/top-tasks',
  summary: 'The dearest tasks closed on a day (today unless given), highest reward first.',
  roles: READERS,
  query: { on: BusinessDay, limit: Type.Integer({ minimum: 1, maximum: 5, description: '5 if left out' }) },
  answers: { 200: DearestTasks },
  async run({ query, db, calendar, now }) {
    const { on = calendar.dateOf(await now()), limit = 5 } = query;
    const closings = await dearestOn(db, on as BusinessDate, limit);
    return { date: on, items: closings.map(topTaskView) };
  },
});
