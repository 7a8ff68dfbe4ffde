import { index, int, mysqlEnum, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core';
import { cents, code, day, instant, text, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';
export { inbox } from '#platform/inbox';

/** What was heard, one row a fact: added, never changed. Everything below is counted from it, and can be again. */
export const facts = mysqlTable(
  'facts',
  {
    eventId: uuid('event_id').primaryKey(),
    kind: mysqlEnum('kind', ['fee', 'reward', 'payout']).notNull(),
    userId: uuid('user_id').notNull(),
    /** Signed: a fee and a payout are below zero. */
    sumCents: cents('sum').notNull(),
    /** When it occurred, not when it was heard. */
    datetime: instant('datetime').notNull(),
    businessDate: day('business_date').notNull(),
    taskId: uuid('task_id'),
    version: int('version'),
    taskTitle: text('task_title', { length: 250 }),
    jiraId: code('jira_id', { length: 32 }),
    payoutId: uuid('payout_id'),
  },
  (table) => [
    uniqueIndex('one_row_per_fact').on(table.taskId, table.kind, table.version),
    uniqueIndex('one_row_per_payout').on(table.payoutId),
    // A rebuild reads a day's sums, and its dearest task, from the index alone.
    index('facts_of_a_day').on(table.businessDate, table.kind, table.sumCents, table.taskId, table.userId),
  ],
);

/** The business days that had a fact; a day without one is all zeros, with the losers of the row before it. */
export const dates = mysqlTable('dates', {
  /** YYYYMMDD, so that a row that is counted again is the same to the byte. */
  id: int('id').primaryKey(),
  date: day('date').notNull().unique('one_row_per_day'),
  /** Fees less rewards. */
  profitCents: cents('profit').notNull(),
  /** Workers below zero at the end of the day. */
  losers: int('losers').notNull(),
  taskTopId: uuid('task_top_id'),
  feesCents: cents('fees').notNull(),
  rewardsCents: cents('rewards').notNull(),
  /** The fact that closed the dearest task. */
  taskTopEventId: uuid('task_top_event_id'),
});

/**
 * The balances by day, kept only where they change: a row stands until the worker's next one. From them a late fact
 * learns on which days its worker now is, or no longer is, below zero.
 */
export const userDays = mysqlTable(
  'user_days',
  {
    userId: uuid('user_id').notNull(),
    date: day('date').notNull(),
    /** What moved on that day. */
    sumCents: cents('sum').notNull(),
    /** At the end of it. */
    balanceCents: cents('balance').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.date] }), index('users_of_a_day').on(table.date)],
);

/**
 * One row: whoever changes `dates` and `user_days` locks it first, so that batches and rebuilds take turns. It is
 * taken after the facts are written, and held for a few statements.
 */
export const turns = mysqlTable('turns', { id: int('id').primaryKey() });

/**
 * Days that are counted again from the facts, a day a step. The unique `running` lets only one run at a time;
 * `next_date` is where the next step begins, so that any process can go on with it.
 */
export const rebuilds = mysqlTable('rebuilds', {
  id: uuid('id').primaryKey(),
  from: day('from_date').notNull(),
  to: day('to_date').notNull(),
  state: mysqlEnum('state', ['running', 'done']).notNull(),
  /** 1 while it runs, null afterwards. */
  running: int('running').unique('one_runs_at_a_time'),
  nextDate: day('next_date').notNull(),
  byUserId: uuid('by_user_id').notNull(),
  startedAt: instant('started_at').notNull(),
  finishedAt: instant('finished_at'),
});
