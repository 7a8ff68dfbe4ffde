import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import type { Entry } from '../domain/reconciliation.ts';
import { transactions } from './schema.ts';

/** The ledger's rows of a day's tasks, each named by its fact. */
export async function taskEntries(db: Reader, date: BusinessDate): Promise<Entry[]> {
  const { taskId, version, userId, sumCents, datetime } = transactions;
  const rows = await db
    .select({ taskId, version, userId, sumCents, datetime })
    .from(transactions)
    .where(and(eq(transactions.businessDate, date), inArray(transactions.kind, ['fee', 'reward'])));
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
  const { payoutId, sumCents } = transactions;
  const ofTheDay = and(eq(transactions.businessDate, date), eq(transactions.kind, 'payout'));
  const rows = await db.select({ payoutId, sumCents }).from(transactions).where(ofTheDay);
  return rows.map((row) => ({ id: String(row.payoutId), value: -row.sumCents, at: closedAt }));
}

/**
 * What the ledger of each account sums up to, and the balance that is stored: of the accounts that the day has moved.
 * One statement, so that both are of one moment.
 */
export async function balanceEntries(db: Reader, date: BusinessDate): Promise<{ ledger: Entry[]; stored: Entry[] }> {
  const [rows] = (await db.execute(sql`
    SELECT a.user_id AS id, a.balance AS kept, sum(t.sum) AS ledger
    FROM accounts a JOIN transactions t ON t.user_id = a.user_id
    WHERE a.user_id IN (SELECT user_id FROM transactions WHERE business_date = ${date})
    GROUP BY a.user_id, a.balance`)) as unknown as [{ id: string; kept: number; ledger: string }[]];
  const entries = (
    name: 'kept' | 'ledger', // `stored` is a word of MySQL's own
  ) => rows.map((row): Entry => ({ id: row.id, value: safeInteger(row[name]), at: null }));
  return { ledger: entries('ledger'), stored: entries('kept') };
}

/** What the day's rows sum up to by kind, and what the counter-accounts hold against them. */
export async function counterEntries(db: Reader, date: BusinessDate): Promise<{ ledger: Entry[]; counter: Entry[] }> {
  const [rows] = (await db.execute(sql`
    SELECT 'ledger' AS book, kind, sum(sum) AS cents FROM transactions WHERE business_date = ${date} GROUP BY kind
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

/** What Analytics should say of a day: its fees and rewards, who is below zero after it, and its dearest task. */
export async function figureEntries(db: Reader, date: BusinessDate, closedAt: Date | null): Promise<Entry[]> {
  const { ledger } = await counterEntries(db, date);
  const centsOf = (kind: string) => Math.abs(Number(ledger.find(({ id }) => id === kind)?.value ?? 0));
  const [losers] = (await db.execute(sql`
    SELECT count(*) AS n FROM (
      SELECT a.balance - COALESCE(sum(t.sum), 0) AS balance
      FROM accounts a LEFT JOIN transactions t ON t.user_id = a.user_id AND t.business_date > ${date}
      GROUP BY a.user_id, a.balance
    ) balances WHERE balance < 0`)) as unknown as [{ n: number }[]];
  const ofTheDay = eq(transactions.businessDate, date);
  const [top] = await db
    .select({ taskId: transactions.taskId })
    .from(transactions)
    .where(and(ofTheDay, eq(transactions.kind, 'reward')))
    .orderBy(desc(transactions.sumCents), asc(transactions.taskId))
    .limit(1);
  const [last] = await db
    .select({ datetime: transactions.datetime })
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
