import { bigint, boolean, index, int, mysqlEnum, mysqlTable } from 'drizzle-orm/mysql-core';
import { code, instant, text, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';

/** Everybody who may sign in. Nobody is deleted: a disabled user must still be named beside old tasks and payouts. */
export const users = mysqlTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** Compared with case and accents folded, so that two people cannot hold look-alike addresses. */
    email: text('email', { length: 254 }).notNull().unique('one_user_per_email'),
    role: mysqlEnum('role', ['worker', 'manager', 'accountant', 'executive', 'admin']).notNull(),
    name: text('name', { length: 100 }).notNull(),
    status: mysqlEnum('status', ['active', 'disabled']).notNull().default('active'),
    locale: mysqlEnum('locale', ['ru', 'en']).notNull().default('ru'),
    /** argon2id, in its own encoded form with salt and parameters. */
    passwordHash: code('password_hash', { length: 200 }).notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('list_by_name').on(table.name, table.id)],
);

/** What the renewal cookie stands for: as long as its row is not revoked, new short tokens are given out. */
export const sessions = mysqlTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    /** SHA-256 of the cookie's value: who reads this table cannot renew. */
    renewHash: code('renew_hash', { length: 64 }).notNull().unique('one_session_per_cookie'),
    createdAt: instant('created_at').notNull(),
    /** When it last gave out a token; null: not since it began. */
    renewedAt: instant('renewed_at'),
    /** What the browser called itself when it signed in, as it said it. */
    userAgent: code('user_agent', { length: 200 }).notNull().default(''),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (table) => [index('sessions_of_a_user').on(table.userId), index('old_sessions').on(table.expiresAt)],
);

/**
 * Failed sign-ins of the last minutes, and tries that are being checked. A row is written before its password is
 * checked, so that many tries at once count each other; a refused try writes none, a success deletes its e-mail's.
 */
export const signInAttempts = mysqlTable(
  'sign_in_attempts',
  {
    id: bigint('id', { mode: 'number', unsigned: true }).autoincrement().primaryKey(),
    /** SHA-256 of the folded e-mail: the table names nobody. */
    emailKey: code('email_key', { length: 64 }).notNull(),
    address: code('address', { length: 64 }).notNull(),
    at: instant('at').notNull(),
    /** The password was looked at and was wrong. */
    checked: boolean('checked').notNull().default(false),
  },
  (table) => [
    index('by_email').on(table.emailKey, table.at),
    index('by_address').on(table.address, table.at),
    index('oldest').on(table.at),
  ],
);

/**
 * Rows to lock: whoever enters a try locks that of its e-mail and that of its address first. Many share one of 256 rows,
 * so that the table does not grow with what strangers type.
 */
export const signInTurns = mysqlTable('sign_in_turns', { turn: int('turn', { unsigned: true }).primaryKey() });

/** Sign-ins of the last 30 days, for whoever wants to see that nobody else came in as they; nothing is judged by it. */
export const signIns = mysqlTable(
  'sign_ins',
  {
    id: uuid('id').primaryKey(),
    /** As above; failures for an e-mail that nobody has are here too, so that they take the same time. */
    emailKey: code('email_key', { length: 64 }).notNull(),
    triedAt: instant('tried_at').notNull(),
    ok: boolean('ok').notNull(),
    userAgent: code('user_agent', { length: 200 }).notNull(),
  },
  (table) => [index('log_of_an_email').on(table.emailKey, table.triedAt, table.id), index('oldest').on(table.triedAt)],
);
