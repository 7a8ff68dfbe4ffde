import { BusinessDay } from '#contracts/fields';
import { TaskFacts, TaskFactTotals } from '#contracts/rest/tasks';
import type { BusinessDate } from '#platform/business-day';
import { idsIn, idsQuery, pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { factsBetween, factTotals } from '../db/lists.ts';

/** What Tasks has told of a day, for whoever compares the books. */
export const facts = query({
  path: '/api/tasks/facts',
  summary: 'Assignments and closings of a day, today if left out, oldest first.',
  roles: 'service',
  query: { ...pageQuery, day: BusinessDay, users: idsQuery('of up to 200 workers, comma-separated') },
  answers: { 200: TaskFacts },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('facts', user, query, { at: 'instant', taskId: 'text', version: 'number' });
    const day = (query.day as BusinessDate | undefined) ?? calendar.dateOf(await now());
    const of = { ...calendar.boundsOf(day), users: idsIn(query, 'users') };
    const rows = await factsBetween(db, of, page.after, page.limit + 1);
    return page.of(rows.map(factOf));
  },
});

/** Few numbers for many facts: most workers' agree with the ledger, and nobody has to read theirs. */
export const factTotalsOfDay = query({
  path: '/api/tasks/facts/totals',
  summary: "A day's assignments and closings added up by worker, today's if left out.",
  roles: 'service',
  query: { ...pageQuery, day: BusinessDay },
  answers: { 200: TaskFactTotals },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('fact totals', user, query, { userId: 'text' });
    const day = (query.day as BusinessDate | undefined) ?? calendar.dateOf(await now());
    const rows = await factTotals(db, calendar.boundsOf(day), page.after, page.limit + 1);
    return page.of(rows.map((row) => ({ ...row, lastAt: row.lastAt.toISOString() })));
  },
});

function factOf(row: Awaited<ReturnType<typeof factsBetween>>[number]) {
  const { taskId, version, userId } = row;
  const kind = row.kind === 'assigned' ? ('fee' as const) : ('reward' as const);
  const cents = row.kind === 'assigned' ? row.feeCents : row.rewardCents;
  return { kind, taskId, version, userId, cents, at: row.at.toISOString() };
}
