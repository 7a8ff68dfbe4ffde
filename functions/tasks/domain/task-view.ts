import type { Task } from './task.ts';

interface Reader {
  readonly id: string;
  readonly role: string;
}

/** A worker sees amounts only of what is own. */
export const seesAmountsOf = (reader: Reader, userId: string): boolean =>
  reader.role !== 'worker' || reader.id === userId;

/** What a reader gets to see of a task. */
export function viewFor(reader: Reader, task: Task) {
  const { id, title, jiraId, description, status, userId, createdBy, version } = task;
  return {
    id,
    title,
    jiraId,
    description,
    status,
    userId,
    ...(seesAmountsOf(reader, task.userId) ? { feeCents: task.feeCents, rewardCents: task.rewardCents } : {}),
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
export function historyFor(reader: Reader, task: Task, steps: readonly HistoryStep[]) {
  return steps.map(({ version, kind, userId, byUserId, at }) => {
    const amount = kind === 'assigned' ? { feeCents: task.feeCents } : { rewardCents: task.rewardCents };
    return { version, kind, userId, byUserId, at: at.toISOString(), ...(seesAmountsOf(reader, userId) ? amount : {}) };
  });
}
