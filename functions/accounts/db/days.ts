import { and, asc, eq, gt, gte, inArray, lt, max, min, sql } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Books, DayToClose } from '../domain/close-day.ts';
import type { Account } from '../domain/ledger.ts';
import { accounts, days, transactions } from './schema.ts';

export type DayRow = typeof days.$inferSelect;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export async function booksOf(db: Reader): Promise<Books<BusinessDate>> {
  const [movement] = await db.select({ first: min(transactions.businessDate) }).from(transactions);
  const [day] = await db.select({ last: max(days.date) }).from(days);
  return { firstMovement: movement?.first ?? null, lastBegun: day?.last ?? null };
}

/**
 * A day's closing; null: it has not begun. A day from before the first that was closed, whose first movement was heard
 * of later, has no closing of its own: it is as closed as that one, and what it holds is paid with the next.
 */
export async function dayOf(db: Reader, date: BusinessDate): Promise<DayRow | null> {
  const [day] = await db.select().from(days).where(gte(days.date, date)).orderBy(asc(days.date)).limit(1);
  if (!day || day.date === date) return day ?? null;
  const { firstMovement } = await booksOf(db);
  if (firstMovement === null || date < firstMovement) return null;
  return { ...day, date, accountsTotal: 0, accountsDone: 0, payoutsCount: 0, payoutsCents: 0 };
}

/** Fixes the days' cut-offs; one that somebody else has begun meanwhile stays. True: the last of them is new. */
export async function beginDays(
  tx: Transaction,
  begun: readonly DayToClose<BusinessDate>[],
  by: { userId: string | null; at: Date },
): Promise<boolean> {
  const rows = [];
  for (const { date, cutOff, early } of begun) {
    const accountsTotal = await accountsBefore(tx, cutOff);
    const progress = { accountsTotal, accountsDone: 0, payoutsCount: 0, payoutsCents: 0, cursorUserId: BEFORE_ALL };
    const closing = { state: 'closing' as const, closedBy: by.userId, startedAt: by.at };
    rows.push({ date, cutOff, early, ...closing, ...progress });
  }
  // Days are begun in their order: who finds the last one there finds all of them there.
  return (await insertMany(tx, days, rows, '`date` = `date`')) > 0;
}

/** The oldest day that is being closed; who has its lock may do the next chunk. */
export async function lockNextClosing(tx: Transaction): Promise<DayRow | null> {
  const [day] = await tx
    .select()
    .from(days)
    .where(eq(days.state, 'closing'))
    .orderBy(asc(days.date))
    .limit(1)
    .for('update');
  return day ?? null;
}

/** The cut-off of the oldest day that is being closed; null: none is. */
export async function closingSince(db: Reader): Promise<Date | null> {
  const { state, date, cutOff } = days;
  const [day] = await db.select({ cutOff }).from(days).where(eq(state, 'closing')).orderBy(asc(date)).limit(1);
  return day?.cutOff ?? null;
}

/** The next accounts of a day, locked in id order, each with whether it had an entry before the cut-off. */
export async function lockChunk(
  tx: Transaction,
  day: DayRow,
  limit: number,
): Promise<(Account & { readonly firstAt: Date | null })[]> {
  const ofTheChunk = gt(accounts.userId, day.cursorUserId);
  return tx.select().from(accounts).where(ofTheChunk).orderBy(asc(accounts.userId)).limit(limit).for('update');
}

/** What each account's entries since the day's cut-off sum up to. */
export async function centsSince(
  tx: Transaction,
  day: DayRow,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await tx
    .select({ userId: transactions.userId, sum: sql<string>`sum(${transactions.sumCents})` })
    .from(transactions)
    .where(
      and(
        inArray(transactions.userId, [...userIds]),
        gte(transactions.businessDate, day.date), // no earlier day has an entry behind the cut-off; there is an index
        gte(transactions.datetime, day.cutOff),
      ),
    )
    .groupBy(transactions.userId);
  return new Map(rows.map(({ userId, sum }) => [userId, safeInteger(sum)]));
}

export async function saveProgress(
  tx: Transaction,
  day: DayRow,
  chunk: { accounts: number; payouts: readonly number[]; cursorUserId: string; finishedAt: Date | null },
): Promise<void> {
  const accountsDone = day.accountsDone + chunk.accounts;
  const end = chunk.finishedAt ? { state: 'closed' as const, finishedAt: chunk.finishedAt } : {};
  await tx
    .update(days)
    .set({
      accountsDone,
      accountsTotal: Math.max(day.accountsTotal, accountsDone), // an entry of before the cut-off may have come late
      payoutsCount: day.payoutsCount + chunk.payouts.length,
      payoutsCents: day.payoutsCents + chunk.payouts.reduce((sum, cents) => sum + cents, 0),
      cursorUserId: chunk.cursorUserId,
      ...end,
    })
    .where(eq(days.date, day.date));
}

/** How many accounts had an entry before an instant. */
export async function accountsBefore(db: Reader, instant: Date): Promise<number> {
  const [row] = await db.select({ n: sql<number>`count(*)` }).from(accounts).where(lt(accounts.firstAt, instant));
  return safeInteger(row?.n ?? 0);
}

/**
 * What closing the last of these open days would pay, and the debts that it would leave, if all of them were closed
 * now, oldest first. Until a day before it is closed an account has been paid the highest of its balances so far, which
 * the day itself can only raise; what it has less than that by then, it owes.
 */
export async function wouldClose(db: Reader, openDays: readonly BusinessDate[]) {
  const balanceAt = (date: string) =>
    sql`a.balance - COALESCE(SUM(CASE WHEN t.business_date > ${date} THEN t.sum END), 0)`;
  const highestOf = (dates: readonly string[]) =>
    dates.length === 0 ? sql`0` : sql`GREATEST(0, ${sql.join(dates.map(balanceAt), sql`, `)})`;
  const paid = sql`${highestOf(openDays)} - ${highestOf(openDays.slice(0, -1))}`;
  const owed = sql`${balanceAt(openDays.at(-1) ?? '')} - ${highestOf(openDays)}`;
  const [rows] = (await db.execute(sql`
    SELECT SUM(paid > 0) AS count, SUM(paid) AS total, SUM(owed < 0) AS debts, SUM(owed) AS owed
    FROM (
      SELECT ${paid} AS paid, ${owed} AS owed
      FROM accounts a LEFT JOIN transactions t ON t.user_id = a.user_id AND t.business_date > ${openDays[0]}
      GROUP BY a.user_id, a.balance
    ) closed`)) as unknown as [Record<'count' | 'total' | 'debts' | 'owed', string | null>[]];
  const sums = (name: 'count' | 'total' | 'debts' | 'owed') => safeInteger(rows[0]?.[name] ?? null);
  return {
    payouts: { count: sums('count'), totalCents: sums('total') },
    debts: { count: sums('debts'), cents: sums('owed') },
  };
}

/** States of the days of a range whose closing has begun. */
export async function statesOf(db: Reader, dates: readonly BusinessDate[]): Promise<Map<string, DayRow['state']>> {
  const { date, state } = days;
  const rows = await db
    .select({ date, state })
    .from(days)
    .where(inArray(date, [...dates]));
  const states = new Map<string, DayRow['state']>(rows.map((row) => [row.date, row.state]));
  const [first] = await db.select({ date, state }).from(days).orderBy(asc(date)).limit(1);
  const { firstMovement } = await booksOf(db);
  if (!first || firstMovement === null) return states;
  for (const earlier of dates) if (earlier >= firstMovement && earlier < first.date) states.set(earlier, first.state);
  return states;
}
