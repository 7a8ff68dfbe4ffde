import Type from 'typebox';
import { BusinessDay, isUuid, OneOf } from '#contracts/fields';
import { Tasks } from '#contracts/rest/tasks';
import type { BusinessDate } from '#platform/business-day';
import { invalid } from '#platform/errors';
import { idsIn, idsQuery, pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { listTasks, tasksWhere, totalsOf } from '../db/lists.ts';
import { seesAmountsOf, viewFor } from '../domain/task-view.ts';
import { beginningsOf } from '../domain/words.ts';

const DAY_MS = 86_400_000;

export const tasksList = query({
  path: '/api/tasks',
  summary: 'Tasks, newest created first, one assignee’s with totals; a worker sees amounts only where the task is own.',
  roles: 'any',
  query: {
    ...pageQuery,
    status: OneOf('open', 'closed'),
    assignee: Type.String({ maxLength: 36, description: 'me, or a user id' }),
    taken: Type.Literal('me', { description: "the reader's until it was given to somebody else in the last 24 h" }),
    ids: idsQuery(),
    q: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'beginnings of words of the title, or of the Jira id',
    }),
    from: BusinessDay,
    to: BusinessDay,
  },
  answers: { 200: Tasks },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('tasks', user, query, { createdAt: 'instant', id: 'text' });
    const { status, assignee, taken, q = '', from, to } = query;
    if (from && to && from > to) throw invalid('?from', 'is after to');
    const ids = idsIn(query, 'ids');
    const whose = assignee === undefined ? undefined : assigneeOf(assignee, user.id);
    const where = await tasksWhere(db, {
      ...(status && { status }),
      ...(whose && { assignee: whose }),
      ...(taken && { taken: { from: user.id, since: new Date((await now()).getTime() - DAY_MS) } }),
      ...(ids && { ids }),
      beginnings: beginningsOf(q),
      ...(from && { createdFrom: calendar.boundsOf(from as BusinessDate).start }),
      ...(to && { createdBefore: calendar.boundsOf(to as BusinessDate).end }),
    });

    const rows = await listTasks(db, where, page.after, page.limit + 1);

    const { items, nextCursor } = page.of(rows.map((task) => viewFor(user, task)));
    const hasTotals = whose && !page.after && seesAmountsOf(user, whose);
    return { items, nextCursor, ...(hasTotals && { totals: await totalsOf(db, where) }) };
  },
});

function assigneeOf(assignee: string, reader: string): string {
  if (assignee === 'me') return reader;
  if (!isUuid(assignee)) throw invalid('?assignee', 'must be me or a user id');
  return assignee;
}
