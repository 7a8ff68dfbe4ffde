import { bigint, boolean, index, int, mysqlEnum, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core';
import { cents, code, count, day, instant, text, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';
export { inbox } from '#platform/inbox';
export { outbox } from '#platform/outbox';

/** The head of each worker's ledger: its row is the lock under which the worker's postings follow each other. */
export const accounts = mysqlTable(
  'accounts',
  {
    userId: uuid('user_id').primaryKey(),
    /** The last posting's position and running balance. */
    seq: count('seq').notNull(),
    balanceCents: cents('balance').notNull(),
    /** When the earliest of its entries occurred; null: it has none. */
    firstAt: instant('first_at'),
  },
  (table) => [
    index('lowest_first').on(table.balanceCents, table.userId),
    index('older_than_a_cut_off').on(table.firstAt),
  ],
);

/** The ledger: rows are added, never changed. A mistake is undone by an opposite row. */
export const transactions = mysqlTable(
  'transactions',
  {
    id: uuid('id').primaryKey(),
    /** The order of posting across workers, for lists; gaps are possible. */
    posting: bigint('posting', { mode: 'number', unsigned: true }).autoincrement().notNull(),
    userId: uuid('user_id').notNull(),
    /** 1, 2, 3 … within one worker: the running balance follows it, not the clock. */
    seq: count('seq').notNull(),
    kind: mysqlEnum('kind', ['fee', 'reward', 'payout']).notNull(),
    /** Signed: a fee and a payout are below zero. */
    sumCents: cents('sum').notNull(),
    balanceCents: cents('balance').notNull(),
    /** When it occurred, not when it was written. */
    datetime: instant('datetime').notNull(),
    businessDate: day('business_date').notNull(),
    taskId: uuid('task_id'),
    taskTitle: text('task_title', { length: 250 }),
    jiraId: code('jira_id', { length: 32 }),
    /** The task's version that the event told of: kind, task and version name the fact. */
    version: int('version'),
    eventId: uuid('event_id'),
    payoutId: uuid('payout_id'),
    traceId: code('trace_id', { length: 32 }).notNull(),
  },
  (table) => [
    uniqueIndex('order_of_posting').on(table.posting),
    uniqueIndex('one_row_per_position').on(table.userId, table.seq),
    // Three keys, each of which alone stops a double charge.
    uniqueIndex('one_row_per_event').on(table.eventId),
    uniqueIndex('one_row_per_fact').on(table.taskId, table.kind, table.version),
    uniqueIndex('one_row_per_payout').on(table.payoutId),
    // With user and sum in it: what the days after one have brought is summed up from the index alone.
    index('sums_of_a_day').on(table.businessDate, table.posting, table.userId, table.sumCents),
    index('statement_of_a_day').on(table.userId, table.businessDate, table.seq),
  ],
);

/**
 * The counter-accounts, day by day: what management got (fees, rewards with the other sign) and what is owed to be
 * paid out. Kept beside the ledger, not summed from it, so that double entry can fail its check.
 */
export const dayTotals = mysqlTable(
  'day_totals',
  {
    date: day('date').notNull(),
    kind: mysqlEnum('kind', ['fee', 'reward', 'payout']).notNull(),
    sumCents: cents('sum').notNull(),
    rows: count('rows_count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.date, table.kind] })],
);

/**
 * «Закрытие дня»: a row for each business day whose closing has begun, without a gap between the first and the last.
 * The cut-off stands from the beginning; `cursor_user_id` is how far the payouts have come, so that any process can go
 * on with them.
 */
export const days = mysqlTable(
  'days',
  {
    date: day('date').primaryKey(),
    state: mysqlEnum('state', ['closing', 'closed']).notNull(),
    cutOff: instant('cut_off').notNull(),
    early: boolean('early').notNull(),
    /** Null: the timer. */
    closedBy: uuid('closed_by'),
    cursorUserId: uuid('cursor_user_id').notNull(),
    accountsTotal: count('accounts_total').notNull(),
    accountsDone: count('accounts_done').notNull(),
    payoutsCount: count('payouts_count').notNull(),
    payoutsCents: cents('payouts_total').notNull(),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (table) => [index('next_to_close').on(table.state, table.date)],
);
