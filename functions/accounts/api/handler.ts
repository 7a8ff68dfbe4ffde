import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/accounts.json' with { type: 'json' };
import { allTransactions, balances, userAccount, userTransactions } from './company.ts';
import { getDay, summary } from './days.ts';
import { myAccount } from './my-account.ts';
import { myTransactions } from './my-transactions.ts';
import { oneTransaction } from './one-transaction.ts';
import { reconciliation } from './reconciliation.ts';

/** What has been earned and charged, for whoever may see it. */
export default defineFunction({
  name: 'accounts-api',
  http: [
    myAccount,
    myTransactions,
    userAccount,
    userTransactions,
    allTransactions,
    oneTransaction,
    balances,
    summary,
    getDay,
    reconciliation,
    documentRoute('accounts', openapi),
  ],
});
