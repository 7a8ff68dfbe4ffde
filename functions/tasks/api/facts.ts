import { BusinessDay } from '#contracts/fields';
import { TaskFacts } from '#contracts/rest/tasks';
import type { BusinessDate } from '#platform/business-day';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { factsBetween } from '../db/lists.ts';

/** What Tasks has told of a day, for whoever compares the books. */
export const facts = query({
  path: '/api/tasks/facts',
  summary: 'Assignments and closings of a day, today if left out, oldest first.',
  roles: 'service',
  query: { ...pageQuery, day: BusinessDay },
  answers: { 200: TaskFacts },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('facts', user, query, { at: 'instant', taskId: 'text', version: 'number' });
    const day = (query.day as BusinessDate | undefined) ?? calendar.dateOf(await now());
    const rows = await factsBetween(db, calendar.boundsOf(day), page.after, page.limit + 1);
    return page.of(rows.map(factOf));
  },
});

function factOf(row: Awaited<ReturnType<typeof factsBetween>>[number]) {
  const { taskId, version, userId } = row;
  const kind = row.kind === 'assigned' ? ('fee' as const) : ('reward' as const);
  const cents = row.kind === 'assigned' ? row.feeCents : row.rewardCents;
  return { kind, taskId, version, userId, cents, at: row.at.toISOString() };
}
