import { Account } from '#contracts/rest/accounts';
import { query } from '#platform/route';
import { accountOf } from '../db/statements.ts';

export const myAccount = query({
  path: '/api/accounts/me',
  summary: "The reader's balance now, and what today has brought.",
  roles: 'any',
  answers: { 200: Account },
  async run({ user, db, calendar, now }) {
    const date = calendar.dateOf(await now());
    const { balanceCents, ...sums } = await accountOf(db, user.id, date);
    return { userId: user.id, balanceCents, today: { date, timeZone: calendar.timeZone, ...sums } };
  },
});
