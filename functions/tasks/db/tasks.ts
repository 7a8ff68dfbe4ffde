import { eq } from 'drizzle-orm';
import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Task } from '../domain/task.ts';
import { wordsOf } from '../domain/words.ts';
import { taskHistory, tasks, taskWords } from './schema.ts';

export async function insertTask(tx: Transaction, task: Task): Promise<void> {
  await insertMany(tx, tasks, [task]);
  const { id: taskId, version, userId, createdBy: byUserId, assignedAt: at } = task;
  await insertMany(tx, taskHistory, [{ taskId, version, kind: 'assigned', userId, byUserId, at }]);
  await insertMany(
    tx,
    taskWords,
    wordsOf(task).map((word) => ({ word, taskId })),
  );
}

/** The row's lock decides every race about a task: whoever comes second sees what the first has done. */
export async function lockTask(tx: Transaction, id: string): Promise<Task | null> {
  const [task] = await tx.select().from(tasks).where(eq(tasks.id, id)).for('update');
  return task ?? null;
}

/** Writes what an assignment or the closing has changed, and its entry in the history. */
export async function saveStep(tx: Transaction, before: Task, task: Task, byUserId: string): Promise<void> {
  const { id: taskId, version, userId, status, assignedAt, closedAt } = task;
  await tx.update(tasks).set({ version, userId, status, assignedAt, closedAt }).where(eq(tasks.id, taskId));
  const step = closedAt
    ? ({ kind: 'closed', at: closedAt } as const)
    : ({ kind: 'assigned', at: assignedAt, fromUserId: before.userId } as const);
  await insertMany(tx, taskHistory, [{ taskId, version, userId, byUserId, ...step }]);
}
