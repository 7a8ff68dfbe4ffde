import type { Payout } from './payout.ts';

interface Stored extends Payout {
  readonly businessDate: string;
  readonly createdAt: Date;
}

/** A payout as its readers see it. */
export function payoutView({ id, userId, amountCents, businessDate, state, reason, cardLast4, ...rest }: Stored) {
  const { attempts, createdAt, paidAt } = rest;
  const times = { createdAt: createdAt.toISOString(), paidAt: paidAt?.toISOString() ?? null };
  return { id, userId, amountCents, businessDate, state, reason, cardLast4, attempts, ...times };
}
