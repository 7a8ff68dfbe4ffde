import Type from 'typebox';
import { BusinessDay, Uuid } from '#contracts/fields';
import { Account, Accounts, TransactionKind, Transactions } from '#contracts/rest/accounts';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { accountsOf, lowestAccounts } from '../db/reading.ts';
import { viewOf } from './account-view.ts';
import { transactionsAnswer } from './transactions-answer.ts';

/** Who may look at everybody's money. */
const roles = ['accountant', 'executive', 'admin'] as const;

export const userAccount = query({
  path: '/api/accounts/users/{id}',
  summary: "Somebody's balance now, and what today has brought.",
  roles,
  params: { id: Uuid },
  answers: { 200: Account },
  async run({ params, db, calendar, now }) {
    const date = calendar.dateOf(await now());
    const [account] = await accountsOf(db, [params.id], date);
    return account && viewOf(account, date, calendar.timeZone);
  },
});

export const userTransactions = query({
  path: '/api/accounts/users/{id}/transactions',
  summary: "Somebody's audit log, newest posting first; as CSV all rows that the filters leave.",
  roles,
  params: { id: Uuid },
  query: { ...pageQuery, day: BusinessDay, kind: TransactionKind },
  answers: { 200: Transactions },
  csv: true,
  run: (call) => transactionsAnswer({ ...call, list: 'user-transactions', userId: call.params.id }),
});

export const allTransactions = query({
  path: '/api/accounts/transactions',
  summary: 'The rows behind any figure, newest posting first; as CSV all rows that the filters leave.',
  roles,
  query: { ...pageQuery, day: BusinessDay, kind: TransactionKind, userId: Uuid, taskId: Uuid },
  answers: { 200: Transactions },
  csv: true,
  run: (call) => transactionsAnswer({ ...call, list: 'transactions' }),
});

export const balances = query({
  path: '/api/accounts/balances',
  summary: 'Every account, lowest balance first; with `below` those under so many cents.',
  roles,
  query: { ...pageQuery, below: Type.Integer({ description: 'whole cents' }) },
  answers: { 200: Accounts },
  async run({ query, user, db, calendar, now }) {
    const page = pageOf('balances', user, query, { balanceCents: 'number', userId: 'text' });
    const ids = await lowestAccounts(db, query.below, page.after, page.limit + 1);
    const date = calendar.dateOf(await now());
    const { items, nextCursor } = page.of(await accountsOf(db, ids, date));
    return { items: items.map((account) => viewOf(account, date, calendar.timeZone)), nextCursor };
  },
});
