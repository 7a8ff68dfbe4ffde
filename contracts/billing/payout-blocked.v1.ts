import { defineEvent } from '../event.ts';
import { BusinessDay, Exactly, OneOf, PayoutCents, Uuid } from '../fields.ts';

/** A payout cannot be sent until its worker has done something about the card. */
export const payoutBlockedV1 = defineEvent({
  type: 'billing.payout-blocked.v1',
  source: 'ates/billing',
  data: Exactly({
    payoutId: Uuid,
    userId: Uuid,
    amountCents: PayoutCents,
    businessDate: BusinessDay,
    reason: OneOf('no-card', 'card-refused'),
  }),
});
