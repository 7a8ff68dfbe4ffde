import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, refuseTooManyRows, rowsByPage, wantsCsv } from '#platform/csv';
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
  const page = pageOf(list, user, { ...query, of: userId }, { [order]: 'number' } as Record<typeof order, 'number'>);
  if (wantsCsv(headers)) {
    refuseTooManyRows(await transactionCount(db, filter));
    return csvReply(columns, csvRows(database, filter));
  }
  const before = page.after?.[order] ?? null;
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

async function* csvRows(database: Database, filter: TransactionFilter) {
  const order = orderOf(filter);
  const rows = rowsByPage<TransactionRow>((last, limit) =>
    database.read((db) => transactionRows(db, filter, last?.[order] ?? null, limit)),
  );
  for await (const { datetime, businessDate, kind, sumCents, balanceCents, ...row } of rows) {
    const amounts = [csvAmount(sumCents), csvAmount(balanceCents)];
    const { jiraId, taskTitle, userId, taskId, payoutId, id } = row;
    yield [datetime.toISOString(), businessDate, kind, ...amounts, jiraId, taskTitle, userId, taskId, payoutId, id];
  }
}
