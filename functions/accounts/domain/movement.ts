import type { Movement } from './ledger.ts';

/** What a task's event says, in the words of whichever version. */
export interface TaskFact {
  readonly taskId: string;
  readonly title: string;
  readonly jiraId: string | null;
  readonly userId: string;
  readonly version: number;
  /** The fee of an assignment or the reward of a closing, as it was drawn when the task appeared. */
  readonly amount: { readonly kind: 'fee' | 'reward'; readonly cents: number };
}

export interface TaskMovement extends Movement {
  readonly kind: 'fee' | 'reward';
  readonly taskId: string;
  readonly taskTitle: string;
  readonly jiraId: string | null;
  readonly version: number;
}

/** Each assignment charges its fee, also to the same worker again; a closing earns its reward. */
export function movementOf({ taskId, title, jiraId, userId, version, amount }: TaskFact): TaskMovement {
  const sumCents = amount.kind === 'fee' ? -amount.cents : amount.cents;
  return { kind: amount.kind, userId, sumCents, taskId, taskTitle: title, jiraId, version };
}

/** Kind, task and version name a fact; the same name with another worker or amount is not a repeat but a contradiction. */
export const factKey = ({ kind, taskId, version }: Pick<TaskMovement, 'kind' | 'taskId' | 'version'>): string =>
  `${kind} ${taskId} ${version}`;

export const sameFact = (a: Movement, b: Movement): boolean => a.userId === b.userId && a.sumCents === b.sumCents;
