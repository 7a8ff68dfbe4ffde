import { and, asc, between, desc, eq, gt, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { TransactionKind } from '#contracts/rest/accounts';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import { accounts, dayTotals, transactions } from './schema.ts';

export type TransactionRow = typeof transactions.$inferSelect;

export interface TransactionFilter {
  readonly userId?: string;
  readonly day?: BusinessDate;
  readonly kind?: TransactionKind;
  readonly taskId?: string;
}

/** What a list follows: one worker's positions, or the order of posting across workers. */
export const orderOf = ({ userId }: TransactionFilter): 'seq' | 'posting' => (userId ? 'seq' : 'posting');

/** Rows of the ledger, newest posting first, behind the position `before`. */
export function transactionRows(db: Reader, filter: TransactionFilter, before: number | null, limit: number) {
  const position = transactions[orderOf(filter)];
  return db
    .select()
    .from(transactions)
    .where(and(whereTransaction(filter), before === null ? undefined : lt(position, before)))
    .orderBy(desc(position))
    .limit(limit);
}

export async function transactionById(db: Reader, id: string): Promise<TransactionRow | undefined> {
  const [row] = await db.select().from(transactions).where(eq(transactions.id, id));
  return row;
}

export async function transactionCount(db: Reader, filter: TransactionFilter): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)` }).from(transactions).where(whereTransaction(filter));
  return safeInteger(row?.count ?? 0);
}

export interface AccountState {
  readonly userId: string;
  readonly balanceCents: number;
  /** Of one day, without sign. */
  readonly feesCents: number;
  readonly rewardsCents: number;
  readonly payoutsCents: number;
}

/** Accounts with the sums of a day; who has no entries has an account of zero. */
export async function accountsOf(db: Reader, userIds: readonly string[], day: BusinessDate): Promise<AccountState[]> {
  if (userIds.length === 0) return [];
  const heads = await db
    .select()
    .from(accounts)
    .where(inArray(accounts.userId, [...userIds]));
  const sums = await db
    .select({ userId: transactions.userId, kind: transactions.kind, sum: sql<string>`sum(${transactions.sumCents})` })
    .from(transactions)
    .where(and(inArray(transactions.userId, [...userIds]), eq(transactions.businessDate, day)))
    .groupBy(transactions.userId, transactions.kind);
  return userIds.map((userId) => {
    const sumOf = (kind: TransactionKind) =>
      Math.abs(safeInteger(sums.find((row) => row.userId === userId && row.kind === kind)?.sum ?? 0));
    const balanceCents = heads.find((head) => head.userId === userId)?.balanceCents ?? 0;
    return {
      userId,
      balanceCents,
      feesCents: sumOf('fee'),
      rewardsCents: sumOf('reward'),
      payoutsCents: sumOf('payout'),
    };
  });
}

/** The counter-accounts of a range of days. */
export const totalsOfDays = (db: Reader, from: BusinessDate, to: BusinessDate) =>
  db
    .select()
    .from(dayTotals)
    .where(between(dayTotals.date, from, to));

/** Whose accounts there are, lowest balance first. */
export async function lowestAccounts(
  db: Reader,
  below: number | undefined,
  after: { balanceCents: number; userId: string } | null,
  limit: number,
): Promise<string[]> {
  const conditions: (SQL | undefined)[] = [
    below === undefined ? undefined : lt(accounts.balanceCents, below),
    after
      ? or(
          gt(accounts.balanceCents, after.balanceCents),
          and(eq(accounts.balanceCents, after.balanceCents), gt(accounts.userId, after.userId)),
        )
      : undefined,
  ];
  const rows = await db
    .select({ userId: accounts.userId })
    .from(accounts)
    .where(and(...conditions))
    .orderBy(asc(accounts.balanceCents), asc(accounts.userId))
    .limit(limit);
  return rows.map(({ userId }) => userId);
}

const whereTransaction = ({ userId, day, kind, taskId }: TransactionFilter) =>
  and(
    userId ? eq(transactions.userId, userId) : undefined,
    day ? eq(transactions.businessDate, day) : undefined,
    kind ? eq(transactions.kind, kind) : undefined,
    taskId ? eq(transactions.taskId, taskId) : undefined,
  );
