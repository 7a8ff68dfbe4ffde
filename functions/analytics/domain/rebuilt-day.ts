import { type UserDay, userDaysOf } from './balances.ts';
import type { Closing, Day } from './days.ts';
import type { Fact } from './fact.ts';

/** What a worker's facts of one kind sum up to on a day. */
export type DaySum = Pick<Fact, 'userId' | 'kind' | 'sumCents'>;

/** A day counted from its facts and the balances before it, as if none of it had been counted yet. */
export function rebuiltDay(
  date: string,
  sums: readonly DaySum[],
  top: Closing | null,
  before: readonly UserDay[],
): { balances: UserDay[]; day: Day | null } {
  const moved = new Map<string, number>();
  for (const { userId, sumCents } of sums) moved.set(userId, (moved.get(userId) ?? 0) + sumCents);
  const balanceOf = new Map(before.map(({ userId, balanceCents }) => [userId, balanceCents]));

  const balances = userDaysOf(date, moved, balanceOf);

  for (const { userId, balanceCents } of balances) balanceOf.set(userId, balanceCents);
  const losers = [...balanceOf.values()].filter((balanceCents) => balanceCents < 0).length;
  const sumOf = (kind: Fact['kind']) =>
    sums.filter((row) => row.kind === kind).reduce((sum, { sumCents }) => sum + sumCents, 0);
  const day = { date, feesCents: 0 - sumOf('fee'), rewardsCents: sumOf('reward'), losers, top };
  return { balances, day: sums.length > 0 ? day : null };
}
