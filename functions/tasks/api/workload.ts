import { Workload } from '#contracts/rest/tasks';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { workloadOf } from '../db/lists.ts';

export const workload = query({
  path: '/api/tasks/workload',
  summary: 'Who has how many open tasks, most first; whoever has none is not among them.',
  roles: ['manager', 'accountant', 'executive', 'admin'],
  query: pageQuery,
  answers: { 200: Workload },
  async run({ query, user, db }) {
    const page = pageOf('workload', user, query, { openCount: 'number', userId: 'text' });
    return page.of(await workloadOf(db, page.after, page.limit + 1));
  },
});
