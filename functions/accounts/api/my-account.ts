import { Account } from '#contracts/rest/accounts';
import { query } from '#platform/route';
import { accountsOf } from '../db/reading.ts';
import { viewOf } from './account-view.ts';

export const myAccount = query({
  path: '/api/accounts/me',
  summary: "The reader's balance now, and what today has brought.",
  roles: 'any',
  answers: { 200: Account },
  async run({ user, db, calendar, now }) {
    const date = calendar.dateOf(await now());
    const [account] = await accountsOf(db, [user.id], date);
    return account && viewOf(account, date, calendar.timeZone);
  },
});
