import type { Task } from './task.ts';

/** What a reader gets to see of a task: a worker sees amounts only where the task is own. */
export function viewFor(reader: { id: string; role: string }, task: Task) {
  const seesAmounts = reader.role !== 'worker' || reader.id === task.userId;
  const { id, title, jiraId, description, status, userId, createdBy, version } = task;
  return {
    id,
    title,
    jiraId,
    description,
    status,
    userId,
    ...(seesAmounts ? { feeCents: task.feeCents, rewardCents: task.rewardCents } : {}),
    createdBy,
    createdAt: task.createdAt.toISOString(),
    assignedAt: task.assignedAt.toISOString(),
    closedAt: task.closedAt?.toISOString() ?? null,
    version,
  };
}
