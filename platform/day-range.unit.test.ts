import { expect, it } from 'vitest';
import type { BusinessDate } from './business-day.ts';
import { dayRangeOf } from './day-range.ts';

const today = '2026-03-01' as BusinessDate;

it.each([
  [{}, '2026-01-31', '2026-03-01', 30],
  [{ from: '2026-02-27' }, '2026-02-27', '2026-03-01', 3],
  [{ to: '2024-03-01' }, '2024-02-01', '2024-03-01', 30],
  [{ from: '2026-03-01', to: '2026-03-01' }, '2026-03-01', '2026-03-01', 1],
  [{ from: '2026-03-29', to: '2026-03-30' }, '2026-03-29', '2026-03-30', 2], // the clocks change between them
  [{ from: '2027-01-01' }, '2027-01-01', '2027-01-01', 1],
  [{ from: '2025-01-26', to: '2026-03-01' }, '2025-01-26', '2026-03-01', 400],
])('%j is %s to %s, %i days, each once', (query, from, to, days) => {
  const range = dayRangeOf(query, today);
  expect(range).toMatchObject({ from, to });
  expect(new Set(range.dates).size).toBe(days);
  expect([range.dates[0], range.dates.at(-1)]).toEqual([from, to]);
});

it.each([{ from: '2026-03-02', to: '2026-03-01' }, { from: '2025-01-25', to: '2026-03-01' }, { from: '1926-01-01' }])(
  '%j is refused',
  (query) => expect(() => dayRangeOf(query, today)).toThrow('invalid-content'),
);
