import type { PayoutState } from './payout.ts';

/** «Отчёт по выплатам»: how many payouts, and how much, by state. */

export const STATES: readonly PayoutState[] = ['pending', 'sending', 'paid', 'blocked', 'failed', 'unknown'];

export interface Figures {
  readonly count: number;
  readonly cents: number;
}

/** @param figures of any days, in any order; those of one state are added up */
export function figuresOf(figures: readonly (Figures & { state: PayoutState })[]) {
  const states = Object.fromEntries(
    STATES.map((state) => [state, sumOf(figures.filter((one) => one.state === state))]),
  ) as Record<PayoutState, Figures>;
  return { ...sumOf(figures), states };
}

const sumOf = (figures: readonly Figures[]): Figures => ({
  count: figures.reduce((sum, { count }) => sum + count, 0),
  cents: figures.reduce((sum, { cents }) => sum + cents, 0),
});
