import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { TransactionKind } from '#contracts/rest/accounts';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import { accounts, transactions } from './schema.ts';

export type TransactionRow = typeof transactions.$inferSelect;

export interface StatementFilter {
  readonly userId: string;
  readonly day?: BusinessDate;
  readonly kind?: TransactionKind;
}

/** One worker's rows, newest posting first, behind position `beforeSeq`. */
export function statementRows(db: Reader, filter: StatementFilter, beforeSeq: number | null, limit: number) {
  return db
    .select()
    .from(transactions)
    .where(and(whereStatement(filter), beforeSeq === null ? undefined : lt(transactions.seq, beforeSeq)))
    .orderBy(desc(transactions.seq))
    .limit(limit);
}

export async function statementCount(db: Reader, filter: StatementFilter): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)` }).from(transactions).where(whereStatement(filter));
  return safeInteger(row?.count ?? 0);
}

export async function accountOf(db: Reader, userId: string, today: BusinessDate) {
  const [account] = await db.select().from(accounts).where(eq(accounts.userId, userId));
  const sums = await db
    .select({ kind: transactions.kind, sum: sql<string>`sum(${transactions.sumCents})` })
    .from(transactions)
    .where(whereStatement({ userId, day: today }))
    .groupBy(transactions.kind);
  const without = new Map(sums.map(({ kind, sum }) => [kind, Math.abs(safeInteger(sum))]));
  return {
    balanceCents: account?.balanceCents ?? 0,
    feesCents: without.get('fee') ?? 0,
    rewardsCents: without.get('reward') ?? 0,
    payoutsCents: without.get('payout') ?? 0,
  };
}

const whereStatement = ({ userId, day, kind }: StatementFilter) =>
  and(
    eq(transactions.userId, userId),
    day ? eq(transactions.businessDate, day) : undefined,
    kind ? eq(transactions.kind, kind) : undefined,
  );
