import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Calendar,
  clocksAgree,
  daysDue,
  daysUpTo,
  openDays,
  overdueMs,
  payoutCents,
  payoutsOf,
} from './close-day.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days of UTC, but 2026-03-29 has 23 hours, as where the clocks change, and 2026-04-10 does not exist. */
const calendar: Calendar<string> = {
  dateOf(at) {
    const ms = at.getTime();
    const shift = ms >= Date.parse('2026-03-29T23:00:00Z') ? HOUR_MS : 0;
    const date = new Date(ms + shift).toISOString().slice(0, 10);
    return date >= '2026-04-10' ? new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10) : date;
  },
  boundsOf(date) {
    const back = date > '2026-04-10' ? DAY_MS : 0;
    const at = (day: string) => Date.parse(day) - back - (day > '2026-03-29' ? HOUR_MS : 0);
    const start = at(date);
    return { start: new Date(start), end: new Date(date === '2026-03-29' ? start + 23 * HOUR_MS : start + DAY_MS) };
  },
};
const at = (now: string, firstMovement: string | null, lastBegun: string | null) => ({
  ...{ books: { firstMovement, lastBegun }, calendar, now: new Date(now) },
});

describe('a command', () => {
  it('closes the asked day and every open one before it, each at its own end', () => {
    expect(daysUpTo('2026-03-30', false, at('2026-03-31T10:00:00Z', '2026-03-28', null))).toEqual([
      { date: '2026-03-28', cutOff: new Date('2026-03-29T00:00:00Z'), early: false },
      { date: '2026-03-29', cutOff: new Date('2026-03-29T23:00:00Z'), early: false },
      { date: '2026-03-30', cutOff: new Date('2026-03-30T23:00:00Z'), early: false },
    ]);
  });

  it('closes today only when it says so, and then with its cut-off now', () => {
    const today = at('2026-03-20T10:00:00Z', '2026-03-20', '2026-03-19');
    expect(daysUpTo('2026-03-20', false, today)).toBe('day-not-ended');
    expect(daysUpTo('2026-03-20', true, today)).toEqual([{ date: '2026-03-20', cutOff: today.now, early: true }]);
  });

  it.each([
    ['2026-03-21', true, 'day-in-future'],
    ['2026-03-01', true, 'not-found'], // before the first movement
    ['2026-03-09', false, 'not-found'],
  ])('%s, early %s: %s', (date, early, refusal) => {
    expect(daysUpTo(date, early, at('2026-03-20T10:00:00Z', '2026-03-10', null))).toBe(refusal);
  });

  it('today is there to be closed in a company where nothing has happened yet', () => {
    expect(daysUpTo('2026-03-20', true, at('2026-03-20T10:00:00Z', null, null))).toHaveLength(1);
  });
});

describe('the timer', () => {
  const due = (now: string, first: string | null, last: string | null, limit = 50) =>
    daysDue({ ...at(now, first, last), limit }).map(({ date }) => date);

  it('closes a day a minute after its end, not sooner', () => {
    expect(due('2026-03-21T00:00:59.999Z', '2026-03-20', null)).toEqual([]);
    expect(due('2026-03-21T00:01:00.000Z', '2026-03-20', null)).toEqual(['2026-03-20']);
  });

  it('catches up what was missed, in order, some days at a time', () => {
    expect(due('2026-03-25T12:00:00Z', '2026-03-20', '2026-03-21')).toEqual(['2026-03-22', '2026-03-23', '2026-03-24']);
    expect(due('2026-03-25T12:00:00Z', '2026-03-20', '2026-03-21', 2)).toEqual(['2026-03-22', '2026-03-23']);
  });

  it('closes nothing where nothing has ever happened', () =>
    expect(due('2026-03-25T12:00:00Z', null, null)).toEqual([]));

  it('a day that a zone has skipped is no day', () => {
    expect(due('2026-04-13T12:00:00Z', '2026-04-08', null)).toEqual([
      '2026-04-08',
      '2026-04-09',
      '2026-04-11',
      '2026-04-12',
      '2026-04-13',
    ]);
  });
});

it('after an early close the next day to be closed is tomorrow', () => {
  expect(openDays({ firstMovement: '2026-03-10', lastBegun: '2026-03-20' }, calendar, '2026-03-20')).toEqual([]);
  expect(openDays({ firstMovement: '2026-03-10', lastBegun: '2026-03-20' }, calendar, '2026-03-21')).toEqual([
    '2026-03-21',
  ]);
});

it.each([
  [3_000, 3_000],
  [0, 0],
  [-700, 0],
])('of a balance of %i the close of a day pays %i', (balanceCents, paid) => {
  expect(payoutCents(balanceCents)).toBe(paid);
});

it('a payout is what was there at the cut-off: what came later neither adds to it nor is paid', () => {
  const balances = fc.array(fc.record({ balanceCents: fc.integer(), later: fc.integer({ min: -9_000, max: 9_000 }) }));
  fc.assert(
    fc.property(balances, (drawn) => {
      const accounts = drawn.map(({ balanceCents }, n) => ({ userId: String(n), seq: 1, balanceCents }));
      const payouts = payoutsOf(accounts, new Map(drawn.map(({ later }, n) => [String(n), later])));
      for (const [n, { balanceCents, later }] of drawn.entries()) {
        const payout = payouts.find(({ userId }) => userId === String(n));
        if (balanceCents - later > 0) expect(payout?.sumCents).toBe(later - balanceCents);
        else expect(payout).toBeUndefined();
      }
    }),
  );
});

it('two clocks that are more than a minute apart do not agree, whichever is ahead', () => {
  const now = new Date();
  for (const ms of [0, 60_000, -60_000]) expect(clocksAgree(now, new Date(now.getTime() + ms))).toBe(true);
  for (const ms of [60_001, -60_001]) expect(clocksAgree(now, new Date(now.getTime() + ms))).toBe(false);
});

it.each([
  ['2026-03-20T10:00:00Z', null, null, null, 0], // nothing has ever happened
  ['2026-03-20T10:00:00Z', '2026-03-20', null, null, 0], // today goes on
  ['2026-03-21T10:00:00Z', '2026-03-20', null, null, 10],
  ['2026-03-22T10:00:00Z', '2026-03-01', '2026-03-20', null, 10],
  ['2026-03-23T10:00:00Z', '2026-03-01', '2026-03-20', null, 34], // of two, the older
  ['2026-03-21T10:00:00Z', '2026-03-01', '2026-03-20', null, 0],
  ['2026-03-21T10:00:00Z', '2026-03-01', '2026-03-20', '2026-03-20T22:00:00Z', 12], // closed early, and not paid out yet
  ['2026-03-19T10:00:00Z', '2026-03-01', '2026-03-20', null, 0], // a clock that was set back
])('at %s, with the first movement on %s, %s begun and one closing since %s, a day is %i h overdue', (...given) => {
  const [now, first, last, closing, hours] = given;
  const closingSince = closing === null ? null : new Date(closing);
  expect(overdueMs({ ...at(now, first, last), closingSince })).toBe(hours * HOUR_MS);
});
