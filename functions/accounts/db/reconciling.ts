import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import { checksumOf } from '#platform/checksum';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import type { Entry, Totals } from '../domain/reconciliation.ts';
import { transactions } from './schema.ts';

/** Left to itself, the database reads the whole ledger for a day with more than a tenth of its rows: six times as long. */
const OF_A_DAY = { forceIndex: 'sums_of_a_day' };
const BY_DAY = sql.raw(`FORCE INDEX (${OF_A_DAY.forceIndex})`);

const { userId, taskId, version, kind, sumCents, datetime, payoutId, businessDate } = transactions;
const isTasks = (date: BusinessDate) => and(eq(businessDate, date), inArray(kind, ['fee', 'reward']));

/** The ledger's rows of a day's tasks, added up by account as Tasks adds up its facts. */
export const taskTotals = (db: Reader, date: BusinessDate): Promise<Totals[]> =>
  db
    .select({
      userId,
      count: sql`count(*)`.mapWith(safeInteger),
      cents: sql`sum(${sumCents})`.mapWith(safeInteger),
      checksum: checksumOf(taskId, version, sumCents),
      lastAt: sql`max(${datetime})`.mapWith(datetime),
    })
    .from(transactions, OF_A_DAY)
    .where(isTasks(date))
    .groupBy(userId);

/** The ledger's rows of a day's tasks of some accounts, each named by its fact. */
export async function taskEntries(db: Reader, date: BusinessDate, userIds: readonly string[]): Promise<Entry[]> {
  if (userIds.length === 0) return [];
  const rows = await db
    .select({ taskId, version, userId, sumCents, datetime })
    .from(transactions)
    .where(and(isTasks(date), inArray(userId, [...userIds])));
  return rows.map((row) => taskEntry({ ...row, taskId: String(row.taskId), version: Number(row.version) }));
}

/** A fee counts below zero, as in the ledger. */
export const taskEntry = (fact: {
  taskId: string;
  version: number;
  userId: string;
  sumCents: number;
  datetime: Date;
}): Entry => ({ id: `${fact.taskId} ${fact.version} ${fact.userId}`, value: fact.sumCents, at: fact.datetime });

export async function payoutEntries(db: Reader, date: BusinessDate, closedAt: Date | null): Promise<Entry[]> {
  const ofTheDay = and(eq(businessDate, date), eq(kind, 'payout'));
  const rows = await db.select({ payoutId, sumCents }).from(transactions, OF_A_DAY).where(ofTheDay);
  return rows.map((row) => ({ id: String(row.payoutId), value: -row.sumCents, at: closedAt }));
}

/**
 * Of the accounts that the day has moved: the running balance of the last row, and the balance that is stored. And of the
 * day's rows whose running balance does not follow from the row before: what it should be, and what it is. So each day
 * proves its own rows, and takes no longer as the ledger grows.
 */
export async function balanceEntries(db: Reader, date: BusinessDate): Promise<{ ledger: Entry[]; stored: Entry[] }> {
  type Rows = [{ id: string; due: number; kept: number | null }[]]; // `stored` is a word of MySQL's own
  // One statement, so that a balance and its row are of one moment.
  const [heads] = (await db.execute(sql`
    SELECT moved.user_id AS id, COALESCE(newest.balance, 0) AS due, a.balance AS kept
    FROM (SELECT DISTINCT user_id FROM transactions WHERE business_date = ${date}) moved
    LEFT JOIN accounts a ON a.user_id = moved.user_id
    LEFT JOIN transactions newest ON newest.user_id = a.user_id AND newest.seq = a.seq`)) as unknown as Rows;
  const [wrong] = (await db.execute(sql`
    SELECT t.id, COALESCE(earlier.balance, 0) + t.sum AS due, t.balance AS kept
    FROM transactions t ${BY_DAY} LEFT JOIN transactions earlier ON earlier.user_id = t.user_id AND earlier.seq = t.seq - 1
    WHERE t.business_date = ${date} AND t.balance <> COALESCE(earlier.balance, 0) + t.sum`)) as unknown as Rows;
  const rows = [...heads, ...wrong];
  return {
    ledger: rows.map(({ id, due }) => ({ id, value: safeInteger(due), at: null })),
    stored: rows.flatMap(({ id, kept }) => (kept === null ? [] : [{ id, value: safeInteger(kept), at: null }])),
  };
}

/** What the day's rows sum up to by kind, and what the counter-accounts hold against them. */
export async function counterEntries(db: Reader, date: BusinessDate): Promise<{ ledger: Entry[]; counter: Entry[] }> {
  const [rows] = (await db.execute(sql`
    SELECT 'ledger' AS book, kind, sum(sum) AS cents FROM transactions ${BY_DAY} WHERE business_date = ${date} GROUP BY kind
    UNION ALL
    SELECT 'counter', kind, sum FROM day_totals WHERE date = ${date}`)) as unknown as [
    { book: 'ledger' | 'counter'; kind: string; cents: string }[],
  ];
  const entries = (book: string) =>
    rows
      .filter((row) => row.book === book)
      .map(({ kind, cents }): Entry => ({ id: kind, value: safeInteger(cents), at: null }));
  return { ledger: entries('ledger'), counter: entries('counter') };
}

/**
 * What Analytics should say of a day: its fees and rewards, who is below zero after it, and its dearest task.
 * @param sums of the day's rows by kind, as `counterEntries` gives them
 */
export async function figureEntries(
  db: Reader,
  date: BusinessDate,
  sums: readonly Entry[],
  closedAt: Date | null,
): Promise<Entry[]> {
  const centsOf = (kind: string) => Math.abs(Number(sums.find(({ id }) => id === kind)?.value ?? 0));
  const [losers] = (await db.execute(sql`
    SELECT count(*) AS n
    FROM accounts a LEFT JOIN (
      SELECT user_id, sum(sum) AS cents FROM transactions ${BY_DAY} WHERE business_date > ${date} GROUP BY user_id
    ) later ON later.user_id = a.user_id
    WHERE a.balance < COALESCE(later.cents, 0)`)) as unknown as [{ n: number }[]];
  const ofTheDay = eq(businessDate, date);
  const [top] = await db
    .select({ taskId })
    .from(transactions, OF_A_DAY)
    .where(and(ofTheDay, eq(kind, 'reward')))
    .orderBy(desc(sumCents), asc(taskId))
    .limit(1);
  const [last] = await db
    .select({ datetime })
    .from(transactions)
    .where(ofTheDay)
    .orderBy(desc(transactions.posting))
    .limit(1);
  const at = [last?.datetime ?? null, closedAt].reduce((a, b) => (a && b ? (a > b ? a : b) : (a ?? b)), null);
  return [
    { id: 'feesCents', value: centsOf('fee'), at },
    { id: 'rewardsCents', value: centsOf('reward'), at },
    { id: 'losers', value: safeInteger(losers[0]?.n ?? 0), at },
    { id: 'topTask', value: top?.taskId ?? 'none', at },
  ];
}
