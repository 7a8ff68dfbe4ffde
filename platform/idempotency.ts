import { createHmac } from 'node:crypto';
import { and, eq, lt, sql } from 'drizzle-orm';
import { index, int, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import { canonicalJson } from './canonical-json.ts';
import { code, instant, longText, uuid } from './columns.ts';
import type { Database, Reader, Transaction } from './database.ts';
import { AppError } from './errors.ts';

/**
 * Answers of commands that came with an `Idempotency-Key`, written in the transaction of their effect and kept for
 * 7 days. The body is kept as an HMAC: it may hold what nobody should read.
 */
export const idempotency = mysqlTable(
  'idempotency',
  {
    userId: uuid('user_id').notNull(),
    key: uuid('key').notNull(),
    /** Method and full path. */
    route: code('route', { length: 200 }).notNull(),
    bodyHmac: code('body_hmac', { length: 64 }).notNull(),
    status: int('status'),
    answer: longText('answer'),
    createdAt: instant('created_at').notNull().default(sql`(UTC_TIMESTAMP(3))`),
  },
  (table) => [primaryKey({ columns: [table.userId, table.key, table.route] }), index('oldest').on(table.createdAt)],
);

export interface Request {
  readonly userId: string;
  readonly key: string;
  readonly route: string;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Enters the key: null for a first use, whose answer `keepAnswer` must store before the commit; else the first answer.
 * A parallel use of the key waits here until the first has committed (then it gets that answer) or failed (then it is
 * the first).
 * @throws AppError `idempotency-key-reused` when the key came with another body.
 */
export async function enterKey(tx: Transaction, hmacKey: string, request: Request): Promise<Answer | null> {
  const { userId, key, route } = request;
  const bodyHmac = hmacOf(hmacKey, request);
  // Text instead of the builder: this runs with every command.
  const [{ affectedRows }] = (await tx.connection.query(
    'INSERT INTO idempotency (user_id, `key`, route, body_hmac) VALUES (?) ON DUPLICATE KEY UPDATE `key` = `key`',
    [[userId, key, route, bodyHmac]],
  )) as unknown as [{ affectedRows: number }];
  if (affectedRows === 1) return null;

  const first = await keptAnswer(tx, hmacKey, request);
  if (!first) throw new Error('a committed key has no answer');
  return first;
}

/** The first answer of a key that was used before; null: it was not. @throws AppError as `enterKey` does. */
export async function keptAnswer(db: Reader, hmacKey: string, request: Request): Promise<Answer | null> {
  const [first] = await db.select().from(idempotency).where(whereKey(request));
  if (!first) return null;
  if (first.bodyHmac !== hmacOf(hmacKey, request)) throw new AppError('idempotency-key-reused');
  return first.status === null || first.answer === null
    ? null
    : { status: first.status, body: JSON.parse(first.answer) };
}

const hmacOf = (hmacKey: string, { body }: Request): string =>
  createHmac('sha256', hmacKey).update(canonicalJson(body)).digest('hex');

export async function keepAnswer(tx: Transaction, request: Request, { status, body }: Answer): Promise<void> {
  const { userId, key, route } = request;
  await tx.connection.query(
    'UPDATE idempotency SET status = ?, answer = ? WHERE user_id = ? AND `key` = ? AND route = ?',
    [status, JSON.stringify(body ?? null), userId, key, route],
  );
}

/** Deletes what is older than 7 days, in small steps: a step now and then keeps up with one new row a command. */
export async function forgetOldKeys(database: Database): Promise<void> {
  await database.read(async (db) => {
    await db.delete(idempotency).where(lt(idempotency.createdAt, sql`UTC_TIMESTAMP(3) - INTERVAL 7 DAY`)).limit(100);
  });
}

const whereKey = ({ userId, key, route }: Request) =>
  and(eq(idempotency.userId, userId), eq(idempotency.key, key), eq(idempotency.route, route));
