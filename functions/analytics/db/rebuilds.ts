import { eq, sql } from 'drizzle-orm';
import { addDays, type BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { UserDay } from '../domain/balances.ts';
import type { Day } from '../domain/days.ts';
import type { DaySum } from '../domain/rebuilt-day.ts';
import { saveDays } from './days.ts';
import { dates, facts, rebuilds, userDays } from './schema.ts';

export type RebuildRow = typeof rebuilds.$inferSelect;

/** Begins a rebuild, or finds the one that runs: its unique row makes a second command wait here for the first. */
export async function beginRebuild(
  tx: Transaction,
  { id, from, to, byUserId, startedAt }: Pick<RebuildRow, 'id' | 'from' | 'to' | 'byUserId' | 'startedAt'>,
): Promise<RebuildRow> {
  const row = { id, from, to, byUserId, startedAt, state: 'running' as const, running: 1, nextDate: from };
  await insertMany(tx, rebuilds, [row], 'running = running');
  const job = await lockRunning(tx);
  if (!job) throw new Error('no rebuild runs after one was begun');
  return job;
}

/** The rebuild that runs; who has its lock may do the next day. */
export async function lockRunning(tx: Transaction): Promise<RebuildRow | null> {
  const [job] = await tx.select().from(rebuilds).where(eq(rebuilds.running, 1)).for('update');
  return job ?? null;
}

/** What the facts of a day sum up to, by worker and kind. */
export async function sumsOf(tx: Transaction, date: BusinessDate): Promise<DaySum[]> {
  const { userId, kind, sumCents, businessDate } = facts;
  const rows = await tx
    .select({ userId, kind, sum: sql<string>`sum(${sumCents})` })
    .from(facts)
    .where(eq(businessDate, date))
    .groupBy(userId, kind);
  return rows.map(({ userId, kind, sum }) => ({ userId, kind, sumCents: safeInteger(sum) }));
}

/** Puts what was counted in the place of a day's rows; only for whoever has the turn. Null: nothing happened on it. */
export async function replaceDay(
  tx: Transaction,
  date: BusinessDate,
  balances: readonly UserDay[],
  day: Day | null,
): Promise<void> {
  await tx.delete(userDays).where(eq(userDays.date, date));
  if (!day) await tx.delete(dates).where(eq(dates.date, date));
  await saveDays(tx, balances, day ? [day] : []);
}

/** The next step begins with the day after; after the last day, with the time of its end, the rebuild is done. */
export async function advance(tx: Transaction, job: RebuildRow, finishedAt: Date | null): Promise<void> {
  const end = finishedAt ? { state: 'done' as const, running: null, finishedAt } : {};
  await tx
    .update(rebuilds)
    .set({ nextDate: addDays(job.nextDate, 1), ...end })
    .where(eq(rebuilds.id, job.id));
}
