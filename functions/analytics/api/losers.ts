import { BusinessDay } from '#contracts/fields';
import { Losers } from '#contracts/rest/analytics';
import type { BusinessDate } from '#platform/business-day';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { losersOn } from '../db/days.ts';
import { READERS } from './views.ts';

export const losers = query({
  path: '/api/analytics/losers',
  summary: 'Who was below zero at the end of a day (today unless given; a future day is as today), deepest first.',
  roles: READERS,
  query: { ...pageQuery, on: BusinessDay },
  answers: { 200: Losers },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('losers', user, query, { balanceCents: 'number', userId: 'text' });
    const date = (query.on as BusinessDate | undefined) ?? calendar.dateOf(await now());
    const rows = await losersOn(db, date, page.after, page.limit + 1);
    const { items, nextCursor } = page.of(rows.map(({ userId, balanceCents }) => ({ userId, balanceCents })));
    return { date, items, nextCursor };
  },
});
