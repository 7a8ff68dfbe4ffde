import { Uuid } from '#contracts/fields';
import { Reassignment, ReassignmentPreview, Reassignments } from '#contracts/rest/tasks';
import { AppError } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { listReassignments, openTasks, reassignmentById, workersOf } from '../db/reassignments.ts';
import { reassignmentView } from '../domain/reassignment-view.ts';
import { activeWorkerIds } from '../workers.ts';

const roles = ['manager', 'admin'] as const;

export const reassignmentPreview = query({
  path: '/api/tasks/reassignments/preview',
  summary: 'What a reassignment of all open tasks would do now.',
  roles,
  answers: { 200: ReassignmentPreview },
  async run({ db, services }) {
    const workers = (await activeWorkerIds(services)).length;
    return { ...(await openTasks(db)), workers };
  },
});

export const reassignmentsList = query({
  path: '/api/tasks/reassignments',
  summary: 'Reassignments, newest first.',
  roles,
  query: pageQuery,
  answers: { 200: Reassignments },
  async run({ query, user, db }) {
    const page = pageOf('reassignments', user, query, { startedAt: 'instant', id: 'text' });
    const jobs = await listReassignments(db, page.after, page.limit + 1);
    const byWorker = await workersOf(
      db,
      jobs.map(({ id }) => id),
    );
    return page.of(jobs.map((job) => reassignmentView(job, byWorker.get(job.id))));
  },
});

export const getReassignment = query({
  path: '/api/tasks/reassignments/{id}',
  summary: 'Progress and result of a reassignment, by worker.',
  roles,
  params: { id: Uuid },
  answers: { 200: Reassignment },
  async run({ params, db }) {
    const job = await reassignmentById(db, params.id);
    if (!job) throw new AppError('not-found');
    return reassignmentView(job, (await workersOf(db, [job.id])).get(job.id));
  },
});
