import { and, desc, eq, gte, lt, lte, or, sql } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import type { PayoutState } from '../domain/payout.ts';
import type { PayoutRow } from './payouts.ts';
import { payouts } from './schema.ts';

export interface PayoutFilter {
  /** A payout is of each of them: of two that differ there is none. */
  readonly userIds: readonly string[];
  readonly day?: BusinessDate;
  readonly state?: PayoutState;
}

/** Newest created first, behind the key of the last one that the reader has. */
export function listPayouts(
  db: Reader,
  filter: PayoutFilter,
  after: { createdAt: Date; id: string } | null,
  limit: number,
): Promise<PayoutRow[]> {
  const { createdAt, id } = payouts;
  const behind = after
    ? or(lt(createdAt, after.createdAt), and(eq(createdAt, after.createdAt), lt(id, after.id)))
    : undefined;
  return db
    .select()
    .from(payouts)
    .where(and(wherePayout(filter), behind))
    .orderBy(desc(createdAt), desc(id))
    .limit(limit);
}

export async function payoutCount(db: Reader, filter: PayoutFilter): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)` }).from(payouts).where(wherePayout(filter));
  return safeInteger(row?.count ?? 0);
}

export async function payoutById(db: Reader, id: string): Promise<PayoutRow | null> {
  const [payout] = await db.select().from(payouts).where(eq(payouts.id, id));
  return payout ?? null;
}

export interface Counted {
  readonly date: BusinessDate;
  readonly state: PayoutState;
  readonly count: number;
  readonly cents: number;
}

/** Counts and sums by business day and state, of those there are; of everybody where no users are named. */
export async function payoutTotals(
  db: Reader,
  from: BusinessDate,
  to: BusinessDate,
  userIds: readonly string[] = [],
): Promise<Counted[]> {
  const { businessDate: date, state, amountCents } = payouts;
  const rows = await db
    .select({ date, state, count: sql<number>`count(*)`, cents: sql<string>`sum(${amountCents})` })
    .from(payouts)
    .where(and(gte(date, from), lte(date, to), wherePayout({ userIds })))
    .groupBy(date, state);
  return rows.map(({ count, cents, ...of }) => ({ ...of, count: safeInteger(count), cents: safeInteger(cents) }));
}

const wherePayout = ({ userIds, day, state }: PayoutFilter) =>
  and(
    ...userIds.map((userId) => eq(payouts.userId, userId)),
    day ? eq(payouts.businessDate, day) : undefined,
    state ? eq(payouts.state, state) : undefined,
  );
