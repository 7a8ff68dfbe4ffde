import { randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { NewTask, Task } from '#contracts/rest/tasks';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { defineFunction } from '#platform/define-function';
import { AppError } from '#platform/errors';
import { command } from '#platform/route';
import { insertTask } from '../db/tasks.ts';
import { assignmentOf, newTask } from '../domain/task.ts';
import { viewFor } from '../domain/task-view.ts';
import { activeWorkerIds } from '../workers.ts';

/** «Добавление задачи»: priced once, given to a random worker at once. */
const addTask = command({
  method: 'POST',
  path: '/api/tasks',
  summary: 'Add a task; it is given to a random active worker, who is charged its fee.',
  roles: 'any',
  body: NewTask,
  answers: { 201: Task },
  refusals: ['no-active-worker'],
  prepare: ({ services }) => activeWorkerIds(services),
  async run({ body, user, prepared: workerIds, tx, tell, now }) {
    const at = { id: uuidv7(), now: await now(), createdBy: user.id, workerIds, dice: randomInt };

    const task = newTask(body, at);
    if (!task) throw new AppError('no-active-worker');

    await insertTask(tx, task);
    tell(taskAssignedV2, { subject: task.id, at: task.assignedAt, data: assignmentOf(task) });
    return viewFor(user, task);
  },
});

export default defineFunction({ name: 'tasks-add', http: [addTask] });
