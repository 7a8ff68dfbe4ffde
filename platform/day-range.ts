import { BusinessDay } from '#contracts/fields';
import { addDays, type BusinessDate } from './business-day.ts';
import { invalid } from './errors.ts';

/** The query parameters of every list that has a row a business day. */
export const rangeQuery = { from: BusinessDay, to: BusinessDay };

const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;
const DAY_MS = 86_400_000;

export interface DayRange {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  /** Every day of it, oldest first. */
  readonly dates: readonly BusinessDate[];
}

/** The days asked for, both ends included: the last 30 unless told otherwise. @throws AppError `invalid-content`. */
export function dayRangeOf(query: { from?: string; to?: string }, today: BusinessDate): DayRange {
  const asked = query as { from?: BusinessDate; to?: BusinessDate };
  const latest = asked.from && asked.from > today ? asked.from : today;
  const to = asked.to ?? latest;
  const from = asked.from ?? addDays(to, 1 - DEFAULT_DAYS);
  if (from > to) throw invalid('?from', 'is after to');
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days > MAX_DAYS) throw invalid('?from', `is more than ${MAX_DAYS} days before to`);
  return { from, to, dates: Array.from({ length: days }, (_, n) => addDays(from, n)) };
}
