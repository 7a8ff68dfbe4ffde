import { Uuid } from '#contracts/fields';
import { TaskWithHistory } from '#contracts/rest/tasks';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { taskById } from '../db/lists.ts';
import { historyFor, viewFor } from '../domain/task-view.ts';

export const getTask = query({
  path: '/api/tasks/{id}',
  summary: 'One task with its history.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: TaskWithHistory },
  async run({ params, user, db }) {
    const found = await taskById(db, params.id);
    if (!found) throw new AppError('not-found');
    return { ...viewFor(user, found.task), history: historyFor(user, found.task, found.steps) };
  },
});
