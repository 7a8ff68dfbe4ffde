import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Task } from '../domain/task.ts';
import { taskHistory, tasks } from './schema.ts';

export async function insertTask(tx: Transaction, task: Task): Promise<void> {
  await insertMany(tx, tasks, [task]);
  const { id: taskId, version, userId, createdBy: byUserId, assignedAt: at } = task;
  await insertMany(tx, taskHistory, [{ taskId, version, kind: 'assigned', userId, byUserId, at }]);
}
