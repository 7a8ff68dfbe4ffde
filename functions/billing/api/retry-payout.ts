import { Uuid } from '#contracts/fields';
import { Payout } from '#contracts/rest/billing';
import { AppError } from '#platform/errors';
import { command } from '#platform/route';
import { lockPayout, savePayouts } from '../db/payouts.ts';
import { retry } from '../domain/payout.ts';
import { payoutView } from '../domain/payout-view.ts';

export const retryPayout = command({
  method: 'POST',
  path: '/api/billing/payouts/{id}/retry',
  summary: 'Try a blocked or failed payout again; of an unknown one ask the bank now.',
  roles: ['accountant', 'admin'],
  params: { id: Uuid },
  answers: { 202: Payout },
  refusals: ['payout-not-stuck'],
  async run({ params, tx, now, goOn }) {
    const payout = await lockPayout(tx, params.id);
    if (!payout) throw new AppError('not-found');

    const again = retry(payout, await now());
    if (typeof again === 'string') throw new AppError(again);

    await savePayouts(tx, [again]);
    goOn('billing-pay-out');
    return payoutView(again);
  },
});
