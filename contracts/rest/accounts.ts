import Type, { type Static } from 'typebox';
import { BusinessDay, Cents, Exactly, Instant, Nullable, OneOf, Uuid } from '../fields.ts';

/** One worker's balance now, and what the current business day has brought (sums without sign). */
export const Account = Exactly({
  userId: Uuid,
  balanceCents: Cents(),
  today: Exactly({
    date: BusinessDay,
    timeZone: Type.String(),
    feesCents: Cents({ minimum: 0 }),
    rewardsCents: Cents({ minimum: 0 }),
    payoutsCents: Cents({ minimum: 0 }),
  }),
});
export type Account = Static<typeof Account>;

export const Accounts = Exactly({ items: Type.Array(Account), nextCursor: Nullable(Type.String()) });
export type Accounts = Static<typeof Accounts>;

export const TransactionKind = OneOf('fee', 'reward', 'payout');
export type TransactionKind = Static<typeof TransactionKind>;

/** One line of the ledger: `sumCents` is signed (fee and payout below zero), `balanceCents` stands after it. */
export const Transaction = Exactly({
  id: Uuid,
  datetime: Instant,
  kind: TransactionKind,
  sumCents: Cents(),
  balanceCents: Cents(),
  userId: Uuid,
  taskId: Nullable(Uuid),
  taskTitle: Nullable(Type.String()),
  jiraId: Nullable(Type.String()),
  payoutId: Nullable(Uuid),
  businessDate: BusinessDay,
});
export type Transaction = Static<typeof Transaction>;

export const Transactions = Exactly({ items: Type.Array(Transaction), nextCursor: Nullable(Type.String()) });
export type Transactions = Static<typeof Transactions>;
