interface BegunDay {
  readonly date: string;
  readonly state: 'closing' | 'closed';
  readonly cutOff: Date;
  readonly early: boolean;
  readonly closedBy: string | null;
  readonly accountsTotal: number;
  readonly accountsDone: number;
  readonly payoutsCount: number;
  readonly payoutsCents: number;
}

/** A day whose closing has begun, as its readers see it. */
export function begunDayView(day: BegunDay, timeZone: string) {
  const { date, state, cutOff, early, closedBy } = day;
  return {
    ...{ date, timeZone, state, cutOff: cutOff.toISOString(), early, closedBy },
    accounts: { total: day.accountsTotal, done: day.accountsDone },
    payouts: { count: day.payoutsCount, totalCents: day.payoutsCents },
  };
}

/** A day that is open still, with what closing it would pay, and the debts that it would leave. */
export const openDayView = (
  date: string,
  timeZone: string,
  close: {
    accounts: number;
    payouts: { count: number; totalCents: number };
    debts: { count: number; cents: number };
  },
) => ({
  ...{ date, timeZone, state: 'open' as const, cutOff: null, early: false, closedBy: null },
  accounts: { total: close.accounts, done: 0 },
  payouts: close.payouts,
  debts: close.debts,
});
