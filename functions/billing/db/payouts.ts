import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { safeInteger } from '#platform/columns';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Attempt, Card, Payout } from '../domain/payout.ts';
import { attempts, payouts, users } from './schema.ts';

export type PayoutRow = typeof payouts.$inferSelect;
export type NewPayout = Pick<PayoutRow, 'id' | 'userId' | 'amountCents' | 'businessDate' | 'traceId'>;

/** Stores payouts that are not there yet, due at once. The answer is what is stored under their ids by now. */
export async function storePayouts(tx: Transaction, wanted: readonly NewPayout[]): Promise<Map<string, PayoutRow>> {
  const ids = wanted.map(({ id }) => id).sort();
  const byId = new Map(wanted.map((payout) => [payout.id, payout]));
  await insertMany(tx, payouts, ids.map((id) => byId.get(id)) as NewPayout[], 'id = id');
  const stored = await tx.select().from(payouts).where(inArray(payouts.id, ids));
  return new Map(stored.map((payout) => [payout.id, payout]));
}

/** Makes the rows at which a person's card and payouts meet, where there are none. */
export async function knowUsers(tx: Transaction, userIds: Iterable<string>): Promise<void> {
  const ids = [...new Set(userIds)].sort();
  await insertMany(
    tx,
    users,
    ids.map((id) => ({ id })),
    'id = id',
  );
}

/** How many payouts are due, counted up to `most`. */
export async function dueCount(db: Reader, most: number): Promise<number> {
  const due = db.select({ id: payouts.id }).from(payouts).where(isDue).limit(most).as('due');
  const [row] = await db.select({ count: sql<number>`count(*)` }).from(due);
  return safeInteger(row?.count ?? 0);
}

/** By state, how long ago the oldest payout that is under way was asked for; 0 where there is none. */
export async function oldestUnsettled(db: Reader): Promise<{ state: string; seconds: number }[]> {
  const [rows] = await db.connection.query(
    `SELECT state, TIMESTAMPDIFF(SECOND, min(created_at), UTC_TIMESTAMP(3)) AS seconds FROM payouts
     WHERE state IN ('pending', 'sending', 'unknown') GROUP BY state`,
  );
  const found = new Map((rows as { state: string; seconds: number }[]).map(({ state, seconds }) => [state, seconds]));
  return ['pending', 'sending', 'unknown'].map((state) => ({ state, seconds: found.get(state) ?? 0 }));
}

const UNSETTLED = ['pending', 'sending', 'unknown', 'blocked', 'failed'] as const;
const MOST_COUNTED = 10_000;

/** How many payouts are in each state but `paid`: read from the index alone, and of each no more than 10,000. */
export async function unsettledCounts(db: Reader): Promise<{ state: string; count: number }[]> {
  const one = `(SELECT ? AS state, count(*) AS n FROM (SELECT 1 FROM payouts WHERE state = ? LIMIT ${MOST_COUNTED}) AS few)`;
  const [rows] = await db.connection.query(
    UNSETTLED.map(() => one).join(' UNION ALL '),
    UNSETTLED.flatMap((state) => [state, state]),
  );
  return (rows as { state: string; n: number }[]).map(({ state, n }) => ({ state, count: safeInteger(n) }));
}

/** Payouts that are due and that nobody else has just taken, longest due first, locked. */
export function lockDue(tx: Transaction, limit: number): Promise<PayoutRow[]> {
  const due = tx.select().from(payouts).where(isDue).orderBy(asc(payouts.dueAt)).limit(limit);
  return due.for('update', { skipLocked: true });
}

const isDue = lte(payouts.dueAt, sql`UTC_TIMESTAMP(3)`);

export async function lockPayout(tx: Transaction, id: string): Promise<PayoutRow | null> {
  const [payout] = await tx.select().from(payouts).where(eq(payouts.id, id)).for('update');
  return payout ?? null;
}

/** The versions that payouts have by now, which are locked in id order. */
export async function lockVersions(tx: Transaction, ids: readonly string[]): Promise<Map<string, number>> {
  const { id, version } = payouts;
  const rows = await tx
    .select({ id, version })
    .from(payouts)
    .where(inArray(id, [...ids]))
    .orderBy(asc(id))
    .for('update');
  return new Map(rows.map((row) => [row.id, row.version]));
}

/** What waits for a card of this person, locked in id order. */
export function lockBlocked(tx: Transaction, userId: string): Promise<PayoutRow[]> {
  const waiting = and(eq(payouts.userId, userId), eq(payouts.state, 'blocked'));
  return tx.select().from(payouts).where(waiting).orderBy(asc(payouts.id)).for('update');
}

/**
 * The cards of these people by user id, as they are until the transaction ends: a new card waits for it. Two who only
 * look do not wait for each other.
 */
export async function holdCards(tx: Transaction, userIds: Iterable<string>): Promise<Map<string, Card>> {
  const ids = [...new Set(userIds)].sort();
  if (ids.length === 0) return new Map();
  // Those without a card are read too: a row that the statement itself left out would not stay locked.
  const [rows] = await tx.connection.query(
    'SELECT id, card_number, card_last4, card_version FROM users WHERE id IN (?) ORDER BY id LOCK IN SHARE MODE',
    [ids],
  );
  const found = rows as { id: string; card_number: string | null; card_last4: string; card_version: number }[];
  return new Map(
    found.flatMap(({ id, card_number: sealedNumber, card_last4: last4, card_version: version }) =>
      sealedNumber === null ? [] : [[id, { sealedNumber, last4, version }]],
    ),
  );
}

/** What was fixed to be sent under the keys that these payouts use, by payout id. */
export async function currentAttempts(tx: Transaction, of: readonly Payout[]): Promise<Map<string, Attempt>> {
  if (of.length === 0) return new Map();
  const ids = of.map(({ id }) => id);
  const rows = await tx.select().from(attempts).where(inArray(attempts.payoutId, ids));
  const keyOf = new Map(of.map(({ id, keyNumber }) => [id, keyNumber]));
  return new Map(rows.filter((row) => row.keyNumber === keyOf.get(row.payoutId)).map((row) => [row.payoutId, row]));
}

/** Writes payouts back, all by one statement; what was asked for never changes. */
export async function savePayouts(tx: Transaction, changed: readonly PayoutRow[]): Promise<void> {
  const columns = [
    'state',
    'reason',
    'key_number',
    'attempts',
    'unclear',
    'due_at',
    'version',
    'card_last4',
    'paid_at',
  ];
  await insertMany(tx, payouts, changed, columns.map((name) => `${name} = VALUES(${name})`).join(', '));
}

/** Writes attempts, all by one statement; of one that is there only how often it was sent and what came of it changes. */
export async function saveAttempts(tx: Transaction, changed: readonly Attempt[], now: Date): Promise<void> {
  const rows = changed.map(({ payoutId, keyNumber, sealedNumber, cardLast4, cardVersion, sent, outcome }) => {
    const settledAt = outcome === 'open' ? null : now;
    return { payoutId, keyNumber, sealedNumber, cardLast4, cardVersion, sent, outcome, settledAt };
  });
  const columns = ['card_number', 'sent', 'outcome', 'settled_at'];
  await insertMany(tx, attempts, rows, columns.map((name) => `${name} = VALUES(${name})`).join(', '));
}
