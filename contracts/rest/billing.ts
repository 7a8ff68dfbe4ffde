import Type, { type Static } from 'typebox';
import { BusinessDay, Cents, Exactly, Instant, Nullable, OneOf, Uuid } from '../fields.ts';

export const PayoutState = OneOf('pending', 'sending', 'paid', 'blocked', 'failed', 'unknown');
export type PayoutState = Static<typeof PayoutState>;

/** Why a payout is blocked or has failed. */
export const PayoutReason = OneOf('no-card', 'card-refused', 'bank-refused');
export type PayoutReason = Static<typeof PayoutReason>;

/** What a closed day owes a worker, and how far it has come. */
export const Payout = Exactly({
  /** A UUIDv5 of business date and user. */
  id: Uuid,
  userId: Uuid,
  amountCents: Cents({ minimum: 1 }),
  businessDate: BusinessDay,
  state: PayoutState,
  reason: Nullable(PayoutReason),
  /** Of the card that the last attempt was sent to. */
  cardLast4: Nullable(Type.String({ pattern: '^[0-9]{4}$' })),
  attempts: Type.Integer({ minimum: 0 }),
  createdAt: Instant,
  paidAt: Nullable(Instant),
});
export type Payout = Static<typeof Payout>;

const counted = Exactly({ count: Type.Integer({ minimum: 0 }), cents: Cents({ minimum: 0 }) });
const byState = {
  count: Type.Integer({ minimum: 0 }),
  cents: Cents({ minimum: 0 }),
  states: Exactly({
    pending: counted,
    sending: counted,
    paid: counted,
    blocked: counted,
    failed: counted,
    unknown: counted,
  }),
};

export const Payouts = Exactly({
  items: Type.Array(Payout),
  nextCursor: Nullable(Type.String()),
  /**
   * On the first page: by state, of whoever's payouts the list shows. Of the day asked for; else what is not settled
   * counts however old it is, what is paid in the last 30 days.
   */
  totals: Type.Optional(Exactly(byState)),
});
export type Payouts = Static<typeof Payouts>;

/** «Отчёт по выплатам»: count and sum by state, a business day each, oldest first, with their totals. */
export const PayoutReport = Exactly({
  items: Type.Array(Exactly({ date: BusinessDay, ...byState })),
  totals: Exactly(byState),
});
export type PayoutReport = Static<typeof PayoutReport>;

/** A card is never shown but for its last four digits. */
export const Card = Exactly({
  cardMasked: Nullable(Type.String({ pattern: '^•••• [0-9]{4}$' })),
  status: OneOf('active', 'none'),
});
export type Card = Static<typeof Card>;

/** Spaces and dashes may stand between the digits; whether it is a card's number the operation judges. */
export const NewCard = Exactly({ cardNumber: Type.String({ minLength: 1, maxLength: 50 }) });
export type NewCard = Static<typeof NewCard>;
