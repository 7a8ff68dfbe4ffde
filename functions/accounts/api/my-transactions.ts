import { BusinessDay } from '#contracts/fields';
import { TransactionKind, Transactions } from '#contracts/rest/accounts';
import { pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { transactionsAnswer } from './transactions-answer.ts';

/** «Движения по счёту»: the audit log of the reader's own account. */
export const myTransactions = query({
  path: '/api/accounts/me/transactions',
  summary: "The reader's own audit log, newest posting first; as CSV all rows that the filters leave.",
  roles: 'any',
  query: { ...pageQuery, day: BusinessDay, kind: TransactionKind },
  answers: { 200: Transactions },
  csv: true,
  run: (call) => transactionsAnswer({ ...call, list: 'my-transactions', userId: call.user.id }),
});
