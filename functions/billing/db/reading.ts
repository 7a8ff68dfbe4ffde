import { and, desc, eq, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import type { PayoutState } from '../domain/payout.ts';
import type { PayoutRow } from './payouts.ts';
import { payouts } from './schema.ts';

/** What somebody, or the next run, still has to do something about. */
const OPEN_STATES: readonly PayoutState[] = ['pending', 'sending', 'unknown', 'blocked', 'failed'];

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
  return countedOf(await totals(db, and(isOfDays(from, to), wherePayout({ userIds }))));
}

/** The same of all that is not settled, however old it is, and of what is paid of these days; of one moment, for it is one statement. */
export async function openTotals(
  db: Reader,
  from: BusinessDate,
  to: BusinessDate,
  userIds: readonly string[],
): Promise<Counted[]> {
  const isOpen = inArray(payouts.state, OPEN_STATES);
  const isPaidThen = and(isOfDays(from, to), eq(payouts.state, 'paid'));
  // Two halves, each of an index of its own: one condition with "or" would read every payout there ever was.
  return countedOf(
    await totals(db, and(isOpen, wherePayout({ userIds }))).unionAll(
      totals(db, and(isPaidThen, wherePayout({ userIds }))),
    ),
  );
}

const totals = (db: Reader, where: SQL | undefined) => {
  const { businessDate: date, state, amountCents } = payouts;
  return db
    .select({ date, state, count: sql<number>`count(*)`, cents: sql<string>`sum(${amountCents})` })
    .from(payouts)
    .where(where)
    .groupBy(date, state);
};

const countedOf = (rows: Awaited<ReturnType<typeof totals>>): Counted[] =>
  rows.map(({ count, cents, ...of }) => ({ ...of, count: safeInteger(count), cents: safeInteger(cents) }));

const isOfDays = (from: BusinessDate, to: BusinessDate) =>
  and(gte(payouts.businessDate, from), lte(payouts.businessDate, to));

const wherePayout = ({ userIds, day, state }: PayoutFilter) =>
  and(
    ...userIds.map((userId) => eq(payouts.userId, userId)),
    day ? eq(payouts.businessDate, day) : undefined,
    state ? eq(payouts.state, state) : undefined,
  );
