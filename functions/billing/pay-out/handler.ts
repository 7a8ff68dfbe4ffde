import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import type { EventOf } from '#contracts/event';
import type { BusinessDate } from '#platform/business-day';
import { defineFunction } from '#platform/define-function';
import { alarm } from '#platform/log';
import { traceIdOf } from '#platform/trace';
import { bankOf } from '../bank.ts';
import { cipherOf } from '../card-cipher.ts';
import { knowUsers, type NewPayout, storePayouts } from '../db/payouts.ts';
import { contradicts } from '../domain/request.ts';
import { payDue } from './pay-due.ts';
import { unsettledPayouts } from './unsettled.ts';

const REASON = 'this payout was asked for with other facts, or the day of this person has another payout';

/** «Проведение выплат»: stores what a closed day owes, and carries it out at the bank. */
export default defineFunction({
  name: 'billing-pay-out',
  events: {
    on: [payoutRequestedV1],
    async run({ events, tx, reject, log }) {
      const wanted = events.map((event) => ({ event, payout: payoutOf(event) }));
      const stored = await storePayouts(
        tx,
        wanted.map(({ payout }) => payout),
      );

      const refused = wanted.filter(({ payout }) => contradicts(payout, stored.get(payout.id)));
      for (const { event, payout } of refused) {
        reject(event.id, REASON);
        alarm(log, 'payout-contradicts', { eventId: event.id, payoutId: payout.id });
      }

      const accepted = wanted.filter((one) => !refused.includes(one));
      await knowUsers(
        tx,
        accepted.map(({ payout }) => payout.userId),
      );
    },
  },
  work: payDue,
  measures: unsettledPayouts,
  ready: async (config) => void [bankOf(config), cipherOf(config)],
});

function payoutOf({ data, traceparent }: EventOf<typeof payoutRequestedV1>): NewPayout {
  const { payoutId: id, userId, amountCents, businessDate } = data;
  return { id, userId, amountCents, businessDate: businessDate as BusinessDate, traceId: traceIdOf(traceparent) };
}
