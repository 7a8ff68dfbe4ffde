import { Uuid } from '#contracts/fields';
import { Task } from '#contracts/rest/tasks';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { defineFunction } from '#platform/define-function';
import { AppError } from '#platform/errors';
import { command } from '#platform/route';
import { lockTask, saveStep } from '../db/tasks.ts';
import { closeTask } from '../domain/task.ts';
import { viewFor } from '../domain/task-view.ts';

/** «Закрытие задачи»: a race with a reassignment has one winner, since both lock the row. */
const close = command({
  method: 'POST',
  path: '/api/tasks/{id}/close',
  summary: 'Close a task; its assignee earns its reward.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: Task },
  refusals: ['not-the-assignee', 'task-closed'],
  async run({ params, user, tx, tell, now }) {
    const task = await lockTask(tx, params.id);
    if (!task) throw new AppError('not-found');

    const closed = closeTask(task, { userId: user.id, now: await now() });
    if (typeof closed === 'string') throw new AppError(closed);

    await saveStep(tx, task, closed, user.id);
    const { id: taskId, title, jiraId, userId, rewardCents, version } = closed;
    const data = { taskId, title, jiraId, userId, rewardCents, version };
    tell(taskClosedV2, { subject: taskId, at: closed.closedAt, data });
    return viewFor(user, closed);
  },
});

export default defineFunction({ name: 'tasks-close', http: [close] });
