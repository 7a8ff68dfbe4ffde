import { randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { Reassignment } from '#contracts/rest/tasks';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { AppError } from '#platform/errors';
import { command, reply } from '#platform/route';
import type { Work } from '#platform/work';
import { beginReassignment, isReassigning, lockChunk, lockRunning, saveChunk, workersOf } from '../db/reassignments.ts';
import { reassignmentView } from '../domain/reassignment-view.ts';
import { assignmentOf, reassign } from '../domain/task.ts';
import { activeWorkerIds } from '../workers.ts';

const CHUNK_TASKS = 500;

/** «Переназначить все открытые»: the command only begins the job; pressed again it finds the one that runs. */
export const reassignAll = command({
  method: 'POST',
  path: '/api/tasks/reassignments',
  summary: 'Give every open task to a random active worker; each new worker is charged. One job runs at a time.',
  roles: ['manager', 'admin'],
  answers: { 202: Reassignment, 200: Reassignment },
  refusals: ['no-active-worker'],
  prepare: ({ services }) => activeWorkerIds(services),
  async run({ user, prepared: workerIds, tx, now, goOn }) {
    if (workerIds.length === 0) throw new AppError('no-active-worker');
    const id = uuidv7();

    const job = await beginReassignment(tx, { id, byUserId: user.id, startedAt: await now() });
    if (!job) throw new Error('no reassignment runs after one was begun');

    goOn();
    const byWorker = await workersOf(tx, [job.id]);
    return reply(job.id === id ? 202 : 200, reassignmentView(job, byWorker.get(job.id)));
  },
});

/** The next chunk of the job that runs: its tasks, their history, their events and its progress are one transaction. */
export const reassignChunk: Work = {
  async step({ transaction, database, services, log }) {
    if (!(await database.read(isReassigning))) return false; // nobody else is asked where there is nothing to do
    const workerIds = await activeWorkerIds(services);
    return transaction(async ({ tx, tell, now }) => {
      const job = await lockRunning(tx);
      if (!job) return false;
      if (workerIds.length === 0) {
        log.warn({ reassignment: job.id }, 'there is no active worker: the reassignment waits for one');
        return false;
      }
      const before = await lockChunk(tx, job, CHUNK_TASKS);

      const at = { now: await now(), workerIds, dice: randomInt };
      const after = before.map((task) => reassign(task, at)).filter((task) => typeof task !== 'string');
      const isLast = before.length < CHUNK_TASKS;

      await saveChunk(tx, job, before, after, isLast ? at.now : null);
      for (const task of after) {
        tell(taskAssignedV2, { subject: task.id, at: task.assignedAt, data: assignmentOf(task) });
      }
      return !isLast;
    });
  },
};
