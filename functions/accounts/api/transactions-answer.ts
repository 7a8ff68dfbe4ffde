import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, MAX_CSV_ROWS, refuseTooManyRows, wantsCsv } from '#platform/csv';
import type { Database, Reader } from '#platform/database';
import { pageOf } from '#platform/paging';
import type { SignedIn } from '#platform/session';
import {
  orderOf,
  type TransactionFilter,
  type TransactionRow,
  transactionCount,
  transactionRows,
} from '../db/reading.ts';

interface Asked {
  /** Names the list in its cursors. */
  readonly list: string;
  readonly user: SignedIn;
  readonly query: {
    readonly limit?: number;
    readonly cursor?: string;
    readonly day?: string;
    readonly kind?: 'fee' | 'reward' | 'payout';
    readonly userId?: string;
    readonly taskId?: string;
  };
  /** Whose rows, where the path says so. */
  readonly userId?: string;
  readonly db: Reader;
  readonly database: Database;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A page of ledger rows, newest posting first, or all that the filters leave as CSV. */
export async function transactionsAnswer({ list, user, query, db, database, headers, ...path }: Asked) {
  const { day, kind, taskId } = query;
  const userId = path.userId ?? query.userId;
  const filter: TransactionFilter = {
    ...(userId && { userId }),
    ...(day && { day: day as BusinessDate }),
    ...(kind && { kind }),
    ...(taskId && { taskId }),
  };
  const order = orderOf(filter);
  const page = pageOf(list, user, { ...query, of: userId }, [order]);
  if (wantsCsv(headers)) {
    refuseTooManyRows(await transactionCount(db, filter));
    return csvReply(columns, csvRows(database, filter));
  }
  const before = page.after === null ? null : Number(page.after[order]);
  const { items, nextCursor } = page.of(await transactionRows(db, filter, before, page.limit + 1));
  return { items: items.map(viewOf), nextCursor };
}

export function viewOf(row: TransactionRow) {
  const { id, datetime, kind, sumCents, balanceCents, userId, taskId, taskTitle, jiraId, payoutId, businessDate } = row;
  const facts = { id, datetime: datetime.toISOString(), kind, sumCents, balanceCents, userId };
  return { ...facts, taskId, taskTitle, jiraId, payoutId, businessDate };
}

const columns = [
  ...['datetime', 'businessDate', 'kind', 'sum', 'balance', 'jiraId', 'taskTitle'],
  ...['userId', 'taskId', 'payoutId', 'id'],
];

/** Reads a thousand rows at a time, each on a connection of its own moment: a slow reader holds none. */
async function* csvRows(database: Database, filter: TransactionFilter) {
  let before: number | null = null;
  for (let left = MAX_CSV_ROWS; left > 0; left -= 1_000) {
    const rows: TransactionRow[] = await database.read((db) => transactionRows(db, filter, before, 1_000));
    for (const row of rows) {
      const { businessDate, kind, jiraId, taskTitle, userId, taskId, payoutId, id } = row;
      const amounts = [csvAmount(row.sumCents), csvAmount(row.balanceCents)];
      yield [
        row.datetime.toISOString(),
        businessDate,
        kind,
        ...amounts,
        jiraId,
        taskTitle,
        userId,
        taskId,
        payoutId,
        id,
      ];
    }
    before = rows.at(-1)?.[orderOf(filter)] ?? null;
    if (rows.length < 1_000) return;
  }
}
