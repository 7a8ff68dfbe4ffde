import { defineEvent } from '../event.ts';
import { BusinessDay, Exactly, PayoutCents, Uuid } from '../fields.ts';

/** «Выплата попугаю»: a closed day owes a worker its balance, which is to be paid out. */
export const payoutRequestedV1 = defineEvent({
  type: 'accounts.payout-requested.v1',
  source: 'ates/accounts',
  data: Exactly({
    /** A UUIDv5 of business date and user: a restored database asks for the same payout again. */
    payoutId: Uuid,
    userId: Uuid,
    amountCents: PayoutCents,
    /** The day that was closed. */
    businessDate: BusinessDay,
  }),
});
