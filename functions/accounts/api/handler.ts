import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/accounts.json' with { type: 'json' };
import { myAccount } from './my-account.ts';
import { myTransactions } from './my-transactions.ts';

/** What has been earned and charged, for whoever may see it. */
export default defineFunction({
  name: 'accounts-api',
  http: [myAccount, myTransactions, documentRoute('accounts', openapi)],
});
