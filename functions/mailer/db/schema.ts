import { index, int, mysqlEnum, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core';
import { cents, code, day, instant, longText, text, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';
export { inbox } from '#platform/inbox';

/**
 * The letters. mailer-send adds a row for each fact it hears, and mailer-api one for each copy; the work of
 * mailer-send, which alone changes them, writes and sends what is `pending` and due. A backlog of pending rows is a
 * mail server, or Auth, that is away.
 */
export const mails = mysqlTable(
  'mails',
  {
    id: uuid('id').primaryKey(),
    kind: mysqlEnum('kind', ['payout', 'payout-blocked']).notNull(),
    // What the letter is about, as the event told it.
    payoutId: uuid('payout_id').notNull(),
    userId: uuid('user_id').notNull(),
    amountCents: cents('amount').notNull(),
    businessDate: day('business_date').notNull(),
    /** Why the payout is blocked; empty for a letter that says nothing of that kind, since a unique key ignores nulls. */
    reason: code('reason', { length: 20 }).notNull(),
    /** 1 for the letter itself, 2, 3 ... for its copies. */
    copyNo: int('copy_no').notNull(),
    copyOf: uuid('copy_of'),
    // The letter itself, null until it is written; from then on it is sent as it stands, however often.
    email: text('email', { length: 254 }),
    locale: mysqlEnum('locale', ['ru', 'en']),
    subject: text('subject', { length: 250 }),
    /** The text part. */
    message: longText('message'),
    html: longText('html'),
    messageId: code('message_id', { length: 200 }),
    // How far it has come.
    status: mysqlEnum('status', ['pending', 'sent', 'failed']).notNull(),
    attempts: int('attempts').notNull(),
    /** When it is due; while it is being sent, when its lease ends. */
    nextTryAt: instant('next_try_at').notNull(),
    /** Who is sending it: a run of mailer-send's work. */
    lease: uuid('lease'),
    /** What the mail server, or whoever stood in the way, said last. */
    lastReply: text('last_reply', { length: 500 }),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
    traceId: code('trace_id', { length: 32 }).notNull(),
  },
  (table) => [
    // One letter for a payout, kind and reason, whatever is delivered again.
    uniqueIndex('one_letter_per_reason').on(table.payoutId, table.kind, table.reason, table.copyNo),
    index('due').on(table.status, table.nextTryAt, table.id),
    index('newest').on(table.createdAt, table.id),
    index('newest_of_a_person').on(table.userId, table.createdAt, table.id),
    index('newest_of_a_status').on(table.status, table.createdAt, table.id),
    index('letters_of_a_day').on(table.businessDate, table.createdAt, table.id),
  ],
);
