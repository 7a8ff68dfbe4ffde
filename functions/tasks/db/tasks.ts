import type { Transaction } from '#platform/database';
import type { Task } from '../domain/task.ts';
import { taskHistory, tasks } from './schema.ts';

export async function insertTask(tx: Transaction, task: Task): Promise<void> {
  await tx.insert(tasks).values(task);
  const { id: taskId, version, userId, createdBy: byUserId, assignedAt: at } = task;
  await tx.insert(taskHistory).values({ taskId, version, kind: 'assigned', userId, byUserId, at });
}
