import { randomInt } from 'node:crypto';
import { Uuid } from '#contracts/fields';
import { Task } from '#contracts/rest/tasks';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { AppError } from '#platform/errors';
import { command } from '#platform/route';
import { lockTask, saveStep } from '../db/tasks.ts';
import { assignmentOf, reassign } from '../domain/task.ts';
import { viewFor } from '../domain/task-view.ts';
import { activeWorkerIds } from '../workers.ts';

export const assignOne = command({
  method: 'POST',
  path: '/api/tasks/{id}/assign',
  summary: 'Give an open task to a random active worker, perhaps the same one, who is charged its fee.',
  roles: ['manager', 'admin'],
  params: { id: Uuid },
  answers: { 200: Task },
  refusals: ['task-closed', 'no-active-worker'],
  prepare: ({ services }) => activeWorkerIds(services),
  async run({ params, user, prepared: workerIds, tx, tell, now }) {
    const task = await lockTask(tx, params.id);
    if (!task) throw new AppError('not-found');

    const assigned = reassign(task, { now: await now(), workerIds, dice: randomInt });
    if (typeof assigned === 'string') throw new AppError(assigned);

    await saveStep(tx, task, assigned, user.id);
    tell(taskAssignedV2, { subject: assigned.id, at: assigned.assignedAt, data: assignmentOf(assigned) });
    return viewFor(user, assigned);
  },
});
