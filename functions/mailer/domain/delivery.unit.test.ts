import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Outcome, settle } from './delivery.ts';

const createdAt = new Date('2026-11-23T21:00:00.000Z');
const mail = { id: 'm', attempts: 2, createdAt };
const after = (seconds: number) => new Date(createdAt.getTime() + seconds * 1_000);
const outcome = (is: Outcome['is']): Outcome => ({ is, reply: 'said' });

it('what was sent is sent at that moment, however late', () => {
  const late = after(48 * 3_600);
  expect(settle(mail, outcome('sent'), late, 0)).toMatchObject({ status: 'sent', sentAt: late, attempts: 3 });
});

it.each([
  ['refused', 3],
  ['unaddressed', 2],
] as const)('%s is for good', (is, attempts) => {
  expect(settle(mail, outcome(is), after(1), 0)).toMatchObject({ status: 'failed', attempts, lastReply: 'said' });
});

it.each([
  ['not-now', 3],
  ['waiting', 2],
] as const)(
  '%s waits for a quarter of its age, 5 s at least and 10 min at most, and counts what was tried',
  (is, tried) => {
    const pauseAfter = (seconds: number) => {
      const { status, attempts, nextTryAt } = settle(mail, outcome(is), after(seconds), 0);
      expect([status, attempts]).toEqual(['pending', tried]);
      return (nextTryAt.getTime() - after(seconds).getTime()) / 1_000;
    };
    expect([0, 10, 60, 400, 3_600, 80_000].map(pauseAfter)).toEqual([5, 5, 15, 100, 600, 600]);
  },
);

it.each(['not-now', 'waiting'] as const)('after a day without success %s is given up', (is) => {
  expect(settle(mail, outcome(is), after(24 * 3_600 - 1), 0).status).toBe('pending');
  expect(settle(mail, outcome(is), after(24 * 3_600), 0).status).toBe('failed');
});

it('letters that failed together are not tried again together, and none is late by more than its share', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 86_399 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (age, dice) => {
        const pause = settle(mail, outcome('not-now'), after(age), dice).nextTryAt.getTime() - after(age).getTime();
        const least = Math.min(600_000, Math.max(5_000, age * 250));
        expect(pause).toBeGreaterThanOrEqual(least);
        expect(pause).toBeLessThanOrEqual(least * 1.25);
      },
    ),
  );
});
