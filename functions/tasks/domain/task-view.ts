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

export interface HistoryStep {
  readonly version: number;
  readonly kind: 'assigned' | 'closed';
  readonly userId: string;
  readonly byUserId: string;
  readonly at: Date;
}

/** A task's history, oldest first, with what each step cost or brought where the reader may know it. */
export function historyFor(reader: { id: string; role: string }, task: Task, steps: readonly HistoryStep[]) {
  return steps.map(({ version, kind, userId, byUserId, at }) => {
    const seesAmount = reader.role !== 'worker' || reader.id === userId;
    const amount = kind === 'assigned' ? { feeCents: task.feeCents } : { rewardCents: task.rewardCents };
    return { version, kind, userId, byUserId, at: at.toISOString(), ...(seesAmount ? amount : {}) };
  });
}
