import fc from 'fast-check';
import { expect, it } from 'vitest';
import { datesOf, type Period } from './period.ts';

it.each<[Period, string, string, string, number]>([
  ['day', '2026-11-23', '2026-11-23', '2026-11-23', 1],
  ['week', '2026-11-23', '2026-11-23', '2026-11-29', 7], // a Monday
  ['week', '2026-11-29', '2026-11-23', '2026-11-29', 7], // a Sunday
  ['week', '2027-01-01', '2026-12-28', '2027-01-03', 7],
  ['month', '2026-11-23', '2026-11-01', '2026-11-30', 30],
  ['month', '2028-02-29', '2028-02-01', '2028-02-29', 29],
  ['month', '2026-12-31', '2026-12-01', '2026-12-31', 31],
])('the %s of %s is %s to %s', (period, on, from, to, count) => {
  const dates = datesOf(period, on);
  expect([dates[0], dates.at(-1), dates.length]).toEqual([from, to, count]);
});

it('every date of a period has the same period, without a gap', () => {
  const on = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(on, fc.constantFrom<Period>('day', 'week', 'month'), (at, period) => {
      const date = at.toISOString().slice(0, 10);
      const dates = datesOf(period, date);
      expect(dates).toContain(date);
      for (const [n, other] of dates.entries()) {
        expect(datesOf(period, other)).toEqual(dates);
        if (n > 0) expect(Date.parse(other) - Date.parse(dates[n - 1] as string)).toBe(86_400_000);
      }
    }),
  );
});
