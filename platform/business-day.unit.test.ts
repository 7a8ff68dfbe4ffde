import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BusinessDate, businessCalendar, isBusinessDate } from './business-day.ts';

const ZONES = [
  'Europe/Moscow',
  'UTC',
  'Europe/Berlin', // days of 23 and 25 hours
  'America/Sao_Paulo', // its clocks once skipped midnight
  'Pacific/Apia', // once skipped a whole day
  'Australia/Lord_Howe', // changes by half an hour
  'Asia/Kathmandu', // 5 h 45 min
];
const zoned = (timeZone: string) => businessCalendar({ timeZone, dayLengthMs: null, dayStart: null });
const HOUR_MS = 3_600_000;

it.each(ZONES)('%s: days follow each other without gap or overlap, through every change of the clocks', (timeZone) => {
  const calendar = zoned(timeZone);
  for (const year of [2011, 2018, 2026]) {
    for (let day = 0; day < 366; day += 1) {
      const date = new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10) as BusinessDate;
      const next = new Date(Date.UTC(year, 0, 2 + day)).toISOString().slice(0, 10) as BusinessDate;
      const { start, end } = calendar.boundsOf(date);
      expect(calendar.boundsOf(next).start, date).toEqual(end);
      if (end.getTime() === start.getTime()) continue; // the day that was skipped
      expect(calendar.dateOf(start), date).toBe(date);
      expect(calendar.dateOf(new Date(end.getTime() - 1)), date).toBe(date);
      expect(calendar.dateOf(new Date(start.getTime() - 1)) < date).toBe(true);
    }
  }
});

it.each([
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Europe/Moscow', '2026-03-29', 24],
  ['Pacific/Apia', '2011-12-30', 0],
])('in %s the day %s has %i hours', (timeZone, date, hours) => {
  const { start, end } = zoned(timeZone).boundsOf(date as BusinessDate);
  expect((end.getTime() - start.getTime()) / HOUR_MS).toBe(hours);
});

it.each([
  ['2026-03-01T20:59:59.999Z', '2026-03-01'],
  ['2026-03-01T21:00:00.000Z', '2026-03-02'],
  ['2026-12-31T21:00:00.000Z', '2027-01-01'],
])('in Moscow %s belongs to %s', (at, date) => expect(zoned('Europe/Moscow').dateOf(new Date(at))).toBe(date));

it('slices of a demonstration are dated from 2000-01-01 on, and every instant is in the bounds of its day', () => {
  const dayStart = new Date('2026-11-23T10:00:00.000Z');
  const calendar = businessCalendar({ timeZone: 'Europe/Moscow', dayLengthMs: 20_000, dayStart });
  expect(calendar.dateOf(dayStart)).toBe('2000-01-01');
  expect(calendar.dateOf(new Date(dayStart.getTime() + 19_999))).toBe('2000-01-01');
  expect(calendar.dateOf(new Date(dayStart.getTime() + 20_000))).toBe('2000-01-02');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
      const at = new Date(dayStart.getTime() + ms);
      const { start, end } = calendar.boundsOf(calendar.dateOf(at));
      expect(start <= at && at < end).toBe(true);
    }),
  );
});

it.each(['2026-02-30', '2026-13-01', '0000-00-00', '10000-01-01', '2026-1-1', '2026-01-01T00:00:00Z', 'today', ''])(
  '%j is no business day',
  (value) => expect(isBusinessDate(value)).toBe(false),
);
it('29 February is one in a leap year only', () => {
  expect(isBusinessDate('2028-02-29')).toBe(true);
  expect(isBusinessDate('2026-02-29')).toBe(false);
});
