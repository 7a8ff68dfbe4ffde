import Type, { type Static } from 'typebox';
import { Cents, Exactly, FeeCents, Instant, JiraId, Nullable, OneOf, RewardCents, Text, Uuid } from '../fields.ts';

export const NewTask = Exactly({
  title: Type.String({
    ...Text({ minLength: 1, maxLength: 200 }),
    pattern: '^[^\\[\\]\\p{Cc}\\p{Cs}]*$',
    'x-hint': 'One line without [ and ]: a Jira id goes into its own field, jiraId.',
  }),
  description: Type.Optional(Text({ minLength: 0, maxLength: 5_000, lines: 'many' })),
  jiraId: Type.Optional(Nullable(JiraId)),
});
export type NewTask = Static<typeof NewTask>;

/** A worker sees amounts only where the task is own. */
export const Task = Exactly({
  id: Uuid,
  title: Type.String(),
  jiraId: Nullable(JiraId),
  description: Type.String(),
  status: OneOf('open', 'closed'),
  /** The assignee. */
  userId: Uuid,
  feeCents: Type.Optional(FeeCents),
  rewardCents: Type.Optional(RewardCents),
  createdBy: Uuid,
  createdAt: Instant,
  assignedAt: Instant,
  closedAt: Nullable(Instant),
  /** Counts assignments and closing: 1..n. */
  version: Type.Integer({ minimum: 1 }),
});
export type Task = Static<typeof Task>;

/** One assignment or the closing; `userId` is whose it then was, `byUserId` who did it. */
export const HistoryEntry = Exactly({
  version: Type.Integer({ minimum: 1 }),
  kind: OneOf('assigned', 'closed'),
  userId: Uuid,
  byUserId: Uuid,
  at: Instant,
  /** Of an assignment. A worker sees it only where the entry is own. */
  feeCents: Type.Optional(FeeCents),
  /** Of the closing; seen like the fee. */
  rewardCents: Type.Optional(RewardCents),
});
export type HistoryEntry = Static<typeof HistoryEntry>;

export const TaskWithHistory = Exactly({ ...Task.properties, history: Type.Array(HistoryEntry) });
export type TaskWithHistory = Static<typeof TaskWithHistory>;

export const Tasks = Exactly({
  items: Type.Array(Task),
  nextCursor: Nullable(Type.String()),
  /** Of all pages together: on the first page of one assignee's tasks, for whoever sees the amounts of them. */
  totals: Type.Optional(
    Exactly({
      count: Type.Integer({ minimum: 0 }),
      feeCents: Cents({ minimum: 0 }),
      rewardCents: Cents({ minimum: 0 }),
    }),
  ),
});
export type Tasks = Static<typeof Tasks>;

/** A job over all tasks that were open when it began; `skipped`: closed meanwhile. */
export const Reassignment = Exactly({
  id: Uuid,
  state: OneOf('running', 'done'),
  total: Type.Integer({ minimum: 0 }),
  done: Type.Integer({ minimum: 0 }),
  skipped: Type.Integer({ minimum: 0 }),
  feesCents: Cents({ minimum: 0 }),
  byUserId: Uuid,
  startedAt: Instant,
  finishedAt: Nullable(Instant),
  byWorker: Type.Array(Exactly({ userId: Uuid, count: Type.Integer({ minimum: 1 }) })),
});
export type Reassignment = Static<typeof Reassignment>;

export const Reassignments = Exactly({ items: Type.Array(Reassignment), nextCursor: Nullable(Type.String()) });
export type Reassignments = Static<typeof Reassignments>;

/** What a reassignment of all open tasks would do now. */
export const ReassignmentPreview = Exactly({
  tasks: Type.Integer({ minimum: 0 }),
  workers: Type.Integer({ minimum: 0 }),
  feesCents: Cents({ minimum: 0 }),
});
export type ReassignmentPreview = Static<typeof ReassignmentPreview>;

/** Who has how many open tasks, most first, with what they have cost and would bring. */
export const Workload = Exactly({
  items: Type.Array(
    Exactly({
      userId: Uuid,
      openCount: Type.Integer({ minimum: 1 }),
      feeCents: Cents({ minimum: 0 }),
      rewardCents: Cents({ minimum: 0 }),
    }),
  ),
  nextCursor: Nullable(Type.String()),
});
export type Workload = Static<typeof Workload>;

/** One assignment or closing of a day, as its event told it: for the reconciliation of the books. */
export const TaskFact = Exactly({
  kind: OneOf('fee', 'reward'),
  taskId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  /** Who is charged or earns. */
  userId: Uuid,
  cents: Cents({ minimum: 0 }),
  at: Instant,
});
export type TaskFact = Static<typeof TaskFact>;

export const TaskFacts = Exactly({ items: Type.Array(TaskFact), nextCursor: Nullable(Type.String()) });
export type TaskFacts = Static<typeof TaskFacts>;

/** The facts of a day that are one worker's, added up: where two books' totals are the same, so are their facts. */
export const TaskFactTotals = Exactly({
  items: Type.Array(
    Exactly({
      userId: Uuid,
      count: Type.Integer({ minimum: 1 }),
      /** As a ledger has them: fees are below zero. */
      cents: Cents(),
      checksum: Type.Integer({
        minimum: 0,
        description:
          "Of each fact's `taskId version cents` (a fee's cents below zero) the first 32 bits of the SHA-256, summed up.",
      }),
      lastAt: Instant,
    }),
  ),
  nextCursor: Nullable(Type.String()),
});
export type TaskFactTotals = Static<typeof TaskFactTotals>;
