import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/billing.json' with { type: 'json' };
import { cipherOf } from '../card-cipher.ts';
import { changeMyCard, myCard } from './my-card.ts';
import { getPayout, payoutsList } from './payouts.ts';
import { reports } from './reports.ts';
import { retryPayout } from './retry-payout.ts';

/** Payouts and cards, for whoever may see them. */
export default defineFunction({
  name: 'billing-api',
  http: [payoutsList, getPayout, retryPayout, reports, myCard, changeMyCard, documentRoute('billing', openapi)],
  ready: async (config) => void cipherOf(config),
});
