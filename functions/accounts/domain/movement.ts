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

/** What names a fact in the ledger, and what it says. */
export interface KnownFact extends Pick<TaskMovement, 'kind' | 'taskId' | 'version' | 'userId' | 'sumCents'> {
  readonly businessDate: string;
}

/**
 * Kind, task and version name a fact. One that is in the ledger, or came before in the same batch, has no second
 * effect; the same name with another worker, amount or day is no repeat but a contradiction.
 */
export function sortOut<M extends TaskMovement & KnownFact>(heard: readonly M[], recorded: readonly KnownFact[]) {
  const nameOf = ({ kind, taskId, version }: KnownFact) => `${kind} ${taskId} ${version}`;
  const known = new Map(recorded.map((fact) => [nameOf(fact), fact]));
  const fresh: M[] = [];
  const contradictions: M[] = [];
  for (const movement of heard) {
    const same = known.get(nameOf(movement));
    if (!same) {
      fresh.push(movement);
      known.set(nameOf(movement), movement);
    } else if (!saysTheSame(same, movement)) contradictions.push(movement);
  }
  return { fresh, contradictions };
}

const saysTheSame = (one: KnownFact, other: KnownFact): boolean =>
  one.userId === other.userId && one.sumCents === other.sumCents && one.businessDate === other.businessDate;
