import { BusinessDay } from '#contracts/fields';
import { TransactionKind, Transactions } from '#contracts/rest/accounts';
import type { BusinessDate } from '#platform/business-day';
import { csvAmount, csvReply, MAX_CSV_ROWS, refuseTooManyRows, wantsCsv } from '#platform/csv';
import type { Database } from '#platform/database';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { type StatementFilter, statementCount, statementRows, type TransactionRow } from '../db/statements.ts';

/** «Движения по счёту»: the audit log of the reader's own account. */
export const myTransactions = query({
  path: '/api/accounts/me/transactions',
  summary: "The reader's own audit log, newest posting first; as CSV all rows that the filters leave.",
  roles: 'any',
  query: { ...pageQuery, day: BusinessDay, kind: TransactionKind },
  answers: { 200: Transactions },
  csv: true,
  async run({ query: { limit, cursor, day, kind }, user, db, database, headers }) {
    const filter: StatementFilter = {
      userId: user.id,
      ...(day && { day: day as BusinessDate }),
      ...(kind && { kind }),
    };
    const page = pageOf('my-transactions', user, { limit, cursor, day, kind }, ['seq']);
    if (wantsCsv(headers)) {
      refuseTooManyRows(await statementCount(db, filter));
      return csvReply(columns, csvRows(database, filter));
    }
    const after = page.after === null ? null : Number(page.after.seq);
    const { items, nextCursor } = page.of(await statementRows(db, filter, after, page.limit + 1));
    return { items: items.map(viewOf), nextCursor };
  },
});

function viewOf(row: TransactionRow) {
  const { id, datetime, kind, sumCents, balanceCents, userId, taskId, taskTitle, jiraId, payoutId, businessDate } = row;
  const facts = { id, datetime: datetime.toISOString(), kind, sumCents, balanceCents, userId };
  return { ...facts, taskId, taskTitle, jiraId, payoutId, businessDate };
}

const columns = [
  'datetime',
  'businessDate',
  'kind',
  'sum',
  'balance',
  'jiraId',
  'taskTitle',
  'taskId',
  'payoutId',
  'id',
];

/** Reads a thousand rows at a time, each on a connection of its own moment: a slow reader holds none. */
async function* csvRows(database: Database, filter: StatementFilter) {
  let before: number | null = null;
  for (let left = MAX_CSV_ROWS; left > 0; left -= 1_000) {
    const rows: TransactionRow[] = await database.read((db) => statementRows(db, filter, before, 1_000));
    for (const row of rows) {
      const { businessDate, kind, jiraId, taskTitle, taskId, payoutId, id } = row;
      const amounts = [csvAmount(row.sumCents), csvAmount(row.balanceCents)];
      yield [row.datetime.toISOString(), businessDate, kind, ...amounts, jiraId, taskTitle, taskId, payoutId, id];
    }
    before = rows.at(-1)?.seq ?? null;
    if (rows.length < 1_000) return;
  }
}
