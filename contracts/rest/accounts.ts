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

/** One line with where it comes from: the event that told of it (a payout has none), and the trace of its cause. */
export const TransactionWithOrigin = Exactly({
  ...Transaction.properties,
  eventId: Nullable(Uuid),
  /** 32 hex digits; all logs of that cause have it. */
  traceId: Type.String(),
});
export type TransactionWithOrigin = Static<typeof TransactionWithOrigin>;

export const Transactions = Exactly({ items: Type.Array(Transaction), nextCursor: Nullable(Type.String()) });
export type Transactions = Static<typeof Transactions>;

export const DayState = OneOf('open', 'closing', 'closed');
export type DayState = Static<typeof DayState>;

const summaryFigures = {
  feesCents: Cents({ minimum: 0 }),
  rewardsCents: Cents({ minimum: 0 }),
  /** Fees charged less rewards earned; payouts do not count. */
  profitCents: Cents(),
  payoutsCents: Cents({ minimum: 0 }),
  payoutsCount: Type.Integer({ minimum: 0 }),
};

/** The company's figures, a business day each, oldest first, with their totals. */
export const Summary = Exactly({
  items: Type.Array(Exactly({ date: BusinessDay, ...summaryFigures, state: DayState })),
  totals: Exactly(summaryFigures),
});
export type Summary = Static<typeof Summary>;

/** A business day and its closing. Of an open one `payouts` is what closing it would pay now. */
export const Day = Exactly({
  date: BusinessDay,
  timeZone: Type.String(),
  state: DayState,
  /** What occurred before it is paid out; null while the day is open. */
  cutOff: Nullable(Instant),
  early: Type.Boolean(),
  /** Null: the timer. */
  closedBy: Nullable(Uuid),
  /** Those with an entry before the cut-off, and how many of them are done. */
  accounts: Exactly({ total: Type.Integer({ minimum: 0 }), done: Type.Integer({ minimum: 0 }) }),
  payouts: Exactly({ count: Type.Integer({ minimum: 0 }), totalCents: Cents({ minimum: 0 }) }),
  /** Of an open one: who would still owe something after its closing, and how much in all (below zero). */
  debts: Type.Optional(Exactly({ count: Type.Integer({ minimum: 0 }), cents: Cents({ maximum: 0 }) })),
});
export type Day = Static<typeof Day>;

export const CloseDay = Exactly({ early: Type.Optional(Type.Boolean()) });
export type CloseDay = Static<typeof CloseDay>;

/** One book beside another; a difference names what differs, and what each of the two says of it (null: nothing). */
export const ReconciliationCheck = Exactly({
  name: OneOf('balances', 'double-entry', 'events', 'payouts', 'letters', 'analytics'),
  ok: Type.Boolean(),
  expected: Type.Integer(),
  actual: Type.Integer(),
  differences: Type.Array(
    Exactly({
      id: Type.String(),
      expected: Nullable(Type.Union([Type.Integer(), Type.String()])),
      actual: Nullable(Type.Union([Type.Integer(), Type.String()])),
    }),
  ),
});
export type ReconciliationCheck = Static<typeof ReconciliationCheck>;

/** `settled` false: a difference is younger than 30 s, events may be under way. */
export const Reconciliation = Exactly({
  date: BusinessDay,
  ok: Type.Boolean(),
  settled: Type.Boolean(),
  checks: Type.Array(ReconciliationCheck),
});
export type Reconciliation = Static<typeof Reconciliation>;
