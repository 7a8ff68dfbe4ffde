import type { BusinessDate } from '#platform/business-day';
import type { AccountState } from '../db/reading.ts';

/** An account as its readers see it: the balance now, and what a day has brought. */
export function viewOf({ userId, balanceCents, ...sums }: AccountState, date: BusinessDate, timeZone: string) {
  return { userId, balanceCents, today: { date, timeZone, ...sums } };
}
