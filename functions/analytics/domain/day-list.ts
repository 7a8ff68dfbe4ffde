import { type Closing, type Day, profitOf } from './days.ts';

/** The sums of days. */
export function totalsOf(days: readonly Pick<Day, 'feesCents' | 'rewardsCents'>[]) {
  const sums = { feesCents: 0, rewardsCents: 0 };
  for (const { feesCents, rewardsCents } of days) {
    sums.feesCents += feesCents;
    sums.rewardsCents += rewardsCents;
  }
  return { profitCents: profitOf(sums), ...sums };
}

/**
 * Every date asked for, oldest first: what was stored of it, or zeros and the losers of the row before it.
 * @param stored rows in their order: those of these dates, and at least the last one before.
 */
export function everyDay<T extends Closing>(
  dates: readonly string[],
  stored: readonly (Day & { readonly top: T | null })[],
): (Day & { readonly top: T | null })[] {
  const rows = new Map(stored.map((day) => [day.date, day]));
  const first = dates[0] ?? '';
  let losers = stored.findLast(({ date }) => date < first)?.losers ?? 0;
  return dates.map((date) => {
    const day = rows.get(date) ?? { date, feesCents: 0, rewardsCents: 0, losers, top: null };
    losers = day.losers;
    return day;
  });
}
