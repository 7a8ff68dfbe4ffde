/** The pure rules of tasks: facts and numbers in, facts and numbers out; the clock and the dice are handed in. */

/** Gives a whole number from 0 up to `sides`, which is not among them; each as likely as the others. */
export type Dice = (sides: number) => number;

export interface Task {
  readonly id: string;
  readonly title: string;
  readonly jiraId: string | null;
  readonly description: string;
  readonly status: 'open' | 'closed';
  readonly userId: string;
  readonly feeCents: number;
  readonly rewardCents: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly assignedAt: Date;
  readonly closedAt: Date | null;
  readonly version: number;
}

export type ClosedTask = Task & { readonly status: 'closed'; readonly closedAt: Date };

interface Draft {
  readonly title: string;
  readonly jiraId?: string | null;
  readonly description?: string;
}

/** A task as it appears: priced once, given to a random worker at once. Null: there is nobody to give it to. */
export function newTask(
  draft: Draft,
  at: { id: string; now: Date; createdBy: string; workerIds: readonly string[]; dice: Dice },
): Task | null {
  const userId = drawWorker(at.workerIds, at.dice);
  if (userId === null) return null;
  return {
    id: at.id,
    title: draft.title,
    jiraId: draft.jiraId ?? null,
    description: draft.description ?? '',
    status: 'open',
    userId,
    ...drawPrice(at.dice),
    createdBy: at.createdBy,
    createdAt: at.now,
    assignedAt: at.now,
    closedAt: null,
    version: 1,
  };
}

/** What the others are told of an assignment. */
export const assignmentOf = ({ id: taskId, title, jiraId, userId, feeCents, rewardCents, version }: Task) => ({
  ...{ taskId, title, jiraId, userId, feeCents, rewardCents, version },
});

/** Gives an open task to a random worker, perhaps the same one; every assignment charges its fee anew. */
export function reassign(
  task: Task,
  at: { now: Date; workerIds: readonly string[]; dice: Dice },
): Task | 'task-closed' | 'no-active-worker' {
  if (task.status === 'closed') return 'task-closed';
  const userId = drawWorker(at.workerIds, at.dice);
  if (userId === null) return 'no-active-worker';
  return { ...task, userId, assignedAt: at.now, version: task.version + 1 };
}

/**
 * The assignee closes a task; whoever is not the assignee (any more) is refused before it is told whether the task is
 * open still.
 */
export function closeTask(
  task: Task,
  by: { userId: string; now: Date },
): ClosedTask | 'not-the-assignee' | 'task-closed' {
  if (task.userId !== by.userId) return 'not-the-assignee';
  if (task.status === 'closed') return 'task-closed';
  return { ...task, status: 'closed', closedAt: by.now, version: task.version + 1 };
}

/** A fee of 10 to 20 and a reward of 20 to 40 whole dollars; neither depends on the person. */
export function drawPrice(dice: Dice): { feeCents: number; rewardCents: number } {
  return { feeCents: (10 + dice(11)) * 100, rewardCents: (20 + dice(21)) * 100 };
}

/** Any worker, as likely as another, also the one who has the task already. Null: there is none. */
export const drawWorker = (workerIds: readonly string[], dice: Dice): string | null =>
  workerIds[dice(workerIds.length || 1)] ?? null;
