import { and, asc, desc, eq, getTableColumns, gt, gte, inArray, lt, lte, max, or, type SQL, sql } from 'drizzle-orm';
import { union } from 'drizzle-orm/mysql-core';
import type { BusinessDate } from '#platform/business-day';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { UserDay } from '../domain/balances.ts';
import { type Closing, type Day, profitOf } from '../domain/days.ts';
import type { HeardFact } from './facts.ts';
import { dates, facts, turns, userDays } from './schema.ts';

/** A day's row, and what is told of its dearest task. */
interface StoredDay extends Day {
  readonly date: BusinessDate;
  readonly top: StoredClosing | null;
}

export interface StoredClosing extends Closing {
  readonly title: string;
  readonly jiraId: string | null;
  readonly userId: string;
}

/**
 * Waits until nobody else changes days and balances. What is committed by then is counted in them; what is not, its
 * own writer will count when it has the turn.
 */
export async function takeTurn(tx: Transaction): Promise<void> {
  await insertMany(tx, turns, [{ id: 1 }], 'id = id');
}

/** The rows from a day on, up to another if one is given, and the last row before: its losers stand until the next. */
export async function daysFrom(db: Reader, from: BusinessDate, to?: BusinessDate): Promise<StoredDay[]> {
  const before = db
    .select({ date: max(dates.date) })
    .from(dates)
    .where(lt(dates.date, from));
  const { date, feesCents, rewardsCents, losers } = dates;
  const { eventId, taskId, version, sumCents, taskTitle, jiraId, userId } = facts;
  const rows = await db
    .select({ date, feesCents, rewardsCents, losers, eventId, taskId, version, sumCents, taskTitle, jiraId, userId })
    .from(dates)
    .leftJoin(facts, eq(eventId, dates.taskTopEventId))
    .where(and(gte(date, sql`coalesce((${before}), cast(${from} as date))`), to && lte(date, to)))
    .orderBy(asc(date));
  return rows.map(({ date, feesCents, rewardsCents, losers, ...fact }) => {
    return { date, feesCents, rewardsCents, losers, top: closingOf(fact) };
  });
}

type FactColumns = 'eventId' | 'taskId' | 'version' | 'sumCents' | 'taskTitle' | 'jiraId' | 'userId';

function closingOf(row: { [K in FactColumns]: (typeof facts.$inferSelect)[K] | null }): StoredClosing | null {
  const { eventId, taskId, version, sumCents, taskTitle, jiraId, userId } = row;
  if (eventId === null || taskId === null || version === null || sumCents === null || userId === null) return null;
  return { eventId, taskId, version, rewardCents: sumCents, title: taskTitle ?? '', jiraId, userId };
}

/** The dearest closings of a day, by the order of `domain/days.ts`; their tasks are chosen by the index alone. */
export async function dearestOn(db: Reader, date: BusinessDate, limit: number): Promise<StoredClosing[]> {
  const { eventId, taskId, version, sumCents, taskTitle, jiraId, userId } = facts;
  const best = db
    .select({ taskId, sumCents })
    .from(facts)
    .where(and(eq(facts.businessDate, date), eq(facts.kind, 'reward')))
    .orderBy(desc(sumCents), asc(taskId))
    .limit(limit)
    .as('best');
  const rows = await db
    .select({ eventId, taskId, version, sumCents, taskTitle, jiraId, userId })
    .from(best)
    .innerJoin(facts, and(eq(taskId, best.taskId), eq(facts.kind, 'reward'), eq(facts.businessDate, date)))
    .orderBy(desc(sumCents), asc(taskId), asc(version))
    .limit(limit);
  return rows.flatMap((row) => closingOf(row) ?? []);
}

/** Of each worker of these facts: the balances from the earliest of its days on, and the last of all. */
export async function balancesFrom(tx: Transaction, heard: readonly HeardFact[]): Promise<UserDay[]> {
  const earliest = new Map<string, BusinessDate>();
  for (const { userId, businessDate } of heard) {
    const date = earliest.get(userId);
    if (!date || businessDate < date) earliest.set(userId, businessDate);
  }
  const usersFrom = Map.groupBy(earliest.keys(), (userId) => earliest.get(userId) as BusinessDate);
  const from = [...usersFrom].map(([date, ids]) => and(inArray(userDays.userId, ids), gte(userDays.date, date)));
  const later = tx
    .select()
    .from(userDays)
    .where(or(...from));
  return union(later, lastBalances(tx, inArray(userDays.userId, [...earliest.keys()])));
}

/** Every worker's balance at the beginning of a day. */
export const balancesBefore = async (tx: Transaction, date: BusinessDate): Promise<UserDay[]> =>
  lastBalances(tx, lt(userDays.date, date));

/** Who was below zero at the end of a day, deepest first, behind the one that the reader has. */
export async function losersOn(
  db: Reader,
  date: BusinessDate,
  after: { balanceCents: number; userId: string } | null,
  limit: number,
): Promise<{ userId: string; balanceCents: number }[]> {
  const { userId, balanceCents } = userDays;
  const behind = after
    ? or(gt(balanceCents, after.balanceCents), and(eq(balanceCents, after.balanceCents), gt(userId, after.userId)))
    : undefined;
  return lastBalances(db, lte(userDays.date, date))
    .where(and(lt(balanceCents, 0), behind))
    .orderBy(asc(balanceCents), asc(userId))
    .limit(limit);
}

/** The last row of each worker among those that the condition leaves. */
function lastBalances(db: Reader, among: SQL | undefined) {
  const last = db
    .select({ userId: userDays.userId, date: max(userDays.date).as('last_date') })
    .from(userDays)
    .where(among)
    .groupBy(userDays.userId)
    .as('last');
  return db
    .select(getTableColumns(userDays))
    .from(userDays)
    .innerJoin(last, and(eq(userDays.userId, last.userId), eq(userDays.date, last.date)));
}

/** Writes balances and days as they are now; only for whoever has the turn. */
export async function saveDays(tx: Transaction, balances: readonly UserDay[], days: readonly Day[]): Promise<void> {
  for (let n = 0; n < balances.length; n += ROWS_AT_ONCE) {
    const rows = balances.slice(n, n + ROWS_AT_ONCE) as (typeof userDays.$inferInsert)[];
    await insertMany(tx, userDays, rows, 'sum = VALUES(sum), balance = VALUES(balance)');
  }
  await insertMany(
    tx,
    dates,
    days.map(rowOf),
    'profit = VALUES(profit), losers = VALUES(losers), fees = VALUES(fees), rewards = VALUES(rewards), ' +
      'task_top_id = VALUES(task_top_id), task_top_event_id = VALUES(task_top_event_id)',
  );
}

const ROWS_AT_ONCE = 5_000;

function rowOf({ date, feesCents, rewardsCents, losers, top }: Day): typeof dates.$inferInsert {
  return {
    id: Number(date.replaceAll('-', '')),
    date: date as BusinessDate,
    profitCents: profitOf({ feesCents, rewardsCents }),
    losers,
    taskTopId: top?.taskId ?? null,
    feesCents,
    rewardsCents,
    taskTopEventId: top?.eventId ?? null,
  };
}
