import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldedEmail, type Tries, waitSeconds } from './throttle.ts';

const now = new Date('2026-11-23T10:00:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const none: Tries = { failed: 0, underWay: 0, lastFailureAt: null };
const failed = (count: number, secondsAgo: number): Tries => ({
  failed: count,
  underWay: 0,
  lastFailureAt: ago(secondsAgo),
});
const seen = (changes: object) => ({ emailFromAddress: none, email: none, address: none, ...changes });

it.each([
  ['nine failures', seen({ emailFromAddress: failed(9, 1) }), 0],
  ['ten failures a second ago', seen({ emailFromAddress: failed(10, 1) }), 59],
  ['ten failures 60 s ago', seen({ emailFromAddress: failed(10, 60) }), 0],
  ['99 failures of one e-mail', seen({ email: failed(99, 1) }), 0],
  ['100 failures of one e-mail', seen({ email: failed(100, 10) }), 50],
  ['100 failures from one address', seen({ address: failed(100, 10) }), 50],
  [
    'nine failures and one under way',
    seen({ emailFromAddress: { failed: 9, underWay: 1, lastFailureAt: ago(1) } }),
    59,
  ],
  ['ten under way', seen({ emailFromAddress: { failed: 0, underWay: 10, lastFailureAt: null } }), 1],
  [
    'the one try after a block under way',
    seen({ emailFromAddress: { failed: 10, underWay: 1, lastFailureAt: ago(61) } }),
    1,
  ],
])('after %s a try waits %i s', (_, tries, seconds) => expect(waitSeconds(tries, now)).toBe(seconds));

it('nobody ever waits longer than a minute, and without failures nobody waits for one', () => {
  const tries = fc.record({
    failed: fc.nat(1_000),
    underWay: fc.nat(1_000),
    lastFailureAt: fc.option(fc.integer({ min: -600, max: 600 }).map(ago)),
  });
  fc.assert(
    fc.property(tries, tries, tries, (emailFromAddress, email, address) => {
      const wait = waitSeconds({ emailFromAddress, email, address }, now);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(60);
    }),
  );
});

it('an e-mail is the same person’s however it is typed', () => {
  for (const typed of ['BOSS@x.com', ' boss@x.com ', 'bóss@x.com', 'bo\u0301ss@x.com'])
    expect(foldedEmail(typed)).toBe('boss@x.com');
  expect(foldedEmail('bоss@x.com')).not.toBe('boss@x.com'); // a Cyrillic о is another letter
});
