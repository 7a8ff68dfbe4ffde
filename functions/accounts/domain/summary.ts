/** What the counter-accounts hold of a day and kind: `sumCents` is signed as in the ledger. */
export interface DayTotal {
  readonly date: string;
  readonly kind: 'fee' | 'reward' | 'payout';
  readonly sumCents: number;
  readonly rows: number;
}

/** The company's side of each day: a fee that a worker is charged is what management earns, and so on. */
export function summaryOf(
  dates: readonly string[],
  totals: readonly DayTotal[],
  states: ReadonlyMap<string, 'closing' | 'closed'>,
) {
  const byDay = new Map(totals.map((total) => [`${total.date} ${total.kind}`, total]));
  const items = dates.map((date) => {
    const centsOf = (kind: DayTotal['kind']) => Math.abs(byDay.get(`${date} ${kind}`)?.sumCents ?? 0);
    const [feesCents, rewardsCents, payoutsCents] = [centsOf('fee'), centsOf('reward'), centsOf('payout')];
    const payoutsCount = byDay.get(`${date} payout`)?.rows ?? 0;
    const state = states.get(date) ?? ('open' as const);
    return { date, feesCents, rewardsCents, profitCents: feesCents - rewardsCents, payoutsCents, payoutsCount, state };
  });
  const sumOf = (name: 'feesCents' | 'rewardsCents' | 'profitCents' | 'payoutsCents' | 'payoutsCount') =>
    items.reduce((sum, item) => sum + item[name], 0);
  return {
    items,
    totals: {
      feesCents: sumOf('feesCents'),
      rewardsCents: sumOf('rewardsCents'),
      profitCents: sumOf('profitCents'),
      payoutsCents: sumOf('payoutsCents'),
      payoutsCount: sumOf('payoutsCount'),
    },
  };
}
