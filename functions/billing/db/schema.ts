import { sql } from 'drizzle-orm';
import { index, int, mysqlEnum, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core';
import { cents, code, day, instant, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';
export { inbox } from '#platform/inbox';
export { outbox } from '#platform/outbox';

/**
 * Whoever has a card or is owed a payout. The row is what a new card and a payout that looks for one meet at: without
 * it a payout could be blocked a moment after the card that it waits for had come.
 */
export const users = mysqlTable('users', {
  id: uuid('id').primaryKey(),
  /** Sealed: AES-256-GCM with the user's id as authenticated data, and the id of its key in front. */
  sealedNumber: code('card_number', { length: 200 }),
  last4: code('card_last4', { length: 4 }),
  status: mysqlEnum('status', ['active', 'none']).notNull().default('none'),
  /** Counts the person's cards; 0: never had one. */
  version: int('card_version').notNull().default(0),
});

/**
 * What closed days owe, and how far each has come. `due_at` is what the function that pays reads by: when a row must
 * be taken up, and while somebody has it, when they count as gone. Nothing is ever deleted here.
 */
export const payouts = mysqlTable(
  'payouts',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    amountCents: cents('amount').notNull(),
    businessDate: day('business_date').notNull(),
    state: mysqlEnum('state', ['pending', 'sending', 'paid', 'blocked', 'failed', 'unknown'])
      .notNull()
      .default('pending'),
    reason: mysqlEnum('reason', ['no-card', 'card-refused', 'bank-refused']),
    keyNumber: int('key_number').notNull().default(1),
    attempts: int('attempts').notNull().default(0),
    unclear: int('unclear').notNull().default(0),
    dueAt: instant('due_at').default(sql`(UTC_TIMESTAMP(3))`),
    version: int('version').notNull().default(1),
    cardLast4: code('card_last4', { length: 4 }),
    createdAt: instant('created_at').notNull().default(sql`(UTC_TIMESTAMP(3))`),
    paidAt: instant('paid_at'),
    /** Of the close that has asked for it: what becomes of it is told under the same id. */
    traceId: code('trace_id', { length: 32 }).notNull(),
  },
  (table) => [
    uniqueIndex('one_payout_per_day').on(table.businessDate, table.userId),
    index('due').on(table.dueAt),
    index('of_a_user').on(table.userId, table.state),
    index('newest').on(table.createdAt, table.id),
    index('newest_of_a_state').on(table.state, table.createdAt, table.id),
    index('newest_of_a_day').on(table.businessDate, table.createdAt, table.id),
    index('report').on(table.businessDate, table.state, table.amountCents),
  ],
);

/**
 * What was sent to the bank: a row a bank key, written before it is sent first. The card's number stays in it, sealed,
 * only as long as the bank's word is open: the same key must go out with the same card.
 */
export const attempts = mysqlTable(
  'attempts',
  {
    payoutId: uuid('payout_id').notNull(),
    keyNumber: int('key_number').notNull(),
    sealedNumber: code('card_number', { length: 200 }),
    cardLast4: code('card_last4', { length: 4 }).notNull(),
    cardVersion: int('card_version').notNull(),
    sent: int('sent').notNull(),
    outcome: mysqlEnum('outcome', ['open', 'paid', 'refused', 'wrong-request']).notNull(),
    createdAt: instant('created_at').notNull().default(sql`(UTC_TIMESTAMP(3))`),
    /** When the bank's word was final. */
    settledAt: instant('settled_at'),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.keyNumber] })],
);
