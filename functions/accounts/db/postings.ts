import { and, asc, inArray } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { BusinessDate } from '#platform/business-day';
import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import { type Account, headsAfter, type Movement, type Posting, totalsBy } from '../domain/ledger.ts';
import type { KnownFact, TaskMovement } from '../domain/movement.ts';
import { accounts, dayTotals, transactions } from './schema.ts';

/** When a movement occurred and where it came from, as a row of the ledger holds it. */
interface Recorded {
  readonly datetime: Date;
  readonly businessDate: BusinessDate;
  readonly traceId: string;
}

export interface RecordedMovement extends TaskMovement, Recorded {
  readonly eventId: string;
}

interface PayoutMovement extends Movement, Recorded {
  readonly kind: 'payout';
  readonly payoutId: string;
}

/** Locks the accounts in ascending id order, so that no two batches wait for each other in a circle; makes new ones. */
export async function lockAccounts(tx: Transaction, userIds: Iterable<string>): Promise<Account[]> {
  const ids = [...new Set(userIds)].sort();
  if (ids.length === 0) return [];
  const missing = ids.map((userId) => ({ userId, seq: 0, balanceCents: 0 }));
  await insertMany(tx, accounts, missing, 'user_id = user_id');
  return tx.select().from(accounts).where(inArray(accounts.userId, ids)).orderBy(asc(accounts.userId)).for('update');
}

/** What the ledger holds already about these versions of these tasks. Read it under the accounts' locks. */
export async function recordedFacts(tx: Transaction, movements: readonly TaskMovement[]): Promise<KnownFact[]> {
  const taskIds = [...new Set(movements.map((movement) => movement.taskId))];
  const versions = [...new Set(movements.map((movement) => movement.version))];
  if (taskIds.length === 0) return [];
  const { kind, taskId, version, userId, sumCents, businessDate } = transactions;
  const rows = await tx
    .select({ kind, taskId, version, userId, sumCents, businessDate })
    .from(transactions)
    .where(and(inArray(taskId, taskIds), inArray(version, versions)));
  return rows as KnownFact[]; // a payout, which has no task, is not among them
}

/** Adds the rows, moves the accounts' heads, and the counter-accounts last: all transactions meet there. */
export async function savePostings(
  tx: Transaction,
  postings: readonly Posting<RecordedMovement>[] | readonly Posting<PayoutMovement>[],
): Promise<void> {
  if (postings.length === 0) return;
  await insertMany(
    tx,
    transactions,
    postings.map((posting) => ({ id: uuidv7(), ...posting })),
  );
  const firstAt = new Map<string, Date>();
  for (const { userId, datetime } of postings) {
    const earliest = firstAt.get(userId);
    if (!earliest || datetime < earliest) firstAt.set(userId, datetime);
  }
  await insertMany(
    tx,
    accounts,
    headsAfter(postings).map((head) => ({ ...head, firstAt: firstAt.get(head.userId) })),
    'seq = VALUES(seq), balance = VALUES(balance), ' +
      'first_at = COALESCE(LEAST(first_at, VALUES(first_at)), VALUES(first_at))',
  );
  const totals = totalsBy<(typeof postings)[number]>(postings, ({ businessDate, kind }) => `${businessDate} ${kind}`);
  const rows = [...totals.keys()].sort().map((key) => {
    const [date, kind] = key.split(' ') as [BusinessDate, 'fee' | 'reward' | 'payout'];
    return { date, kind, ...(totals.get(key) as { sumCents: number; rows: number }) };
  });
  await insertMany(tx, dayTotals, rows, 'sum = sum + VALUES(sum), rows_count = rows_count + VALUES(rows_count)');
}
