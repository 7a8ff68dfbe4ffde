import fc from 'fast-check';
import { expect, it } from 'vitest';
import { awayPauseMs, pauseBeforeRetry, RETRY_PAUSES_MS } from './back-off.ts';
import { type CallResult, verdictOf } from './verdict.ts';

const answer = (status: number, body: unknown = '', retryAfter: string | null = null): CallResult => ({
  kind: 'answer',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter,
});
const failure = { id: 'a', retryable: true, reason: 'r' };

it('only a 200 that answers for just this number of events settles anything', () => {
  expect(verdictOf(answer(200, { handled: 2, failed: [] }), 2)).toEqual({ kind: 'settled', failed: [] });
  expect(verdictOf(answer(200, { handled: 2, failed: [failure] }), 2)).toEqual({ kind: 'settled', failed: [failure] });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(verdictOf(answer(200, body), 2)).toMatchObject({ kind: 'away', alarm: true });
    }),
  );
});

it.each([
  ['<html>It works!</html>'],
  [{ handled: 1, failed: [] }],
  [{ handled: 3, failed: [] }],
  [{ handled: '2', failed: [] }],
  [{ handled: 2 }],
  [{ handled: 2, failed: null }],
  [{ handled: 2, failed: [{ id: 'a' }] }],
  [{ handled: 2, failed: [null] }],
  [{ handled: 2, failed: [{ ...failure, retryable: 'yes' }] }],
])('a 200 with %j is no answer: nothing is acknowledged, and somebody must look', (body) => {
  expect(verdictOf(answer(200, body), 2)).toMatchObject({ kind: 'away', alarm: true });
});

it.each([
  [500, { kind: 'fails' }],
  [504, { kind: 'fails' }],
  [404, { kind: 'away', alarm: false }],
  [429, { kind: 'away', alarm: false }],
  [502, { kind: 'away', alarm: false }],
  [503, { kind: 'away', alarm: false }],
  [401, { kind: 'away', alarm: true }],
  [403, { kind: 'away', alarm: true }],
  [204, { kind: 'away', alarm: true }],
  [301, { kind: 'away', alarm: true }],
  [400, { kind: 'fails' }],
  [413, { kind: 'fails' }],
  [415, { kind: 'fails' }],
])('%i: %j', (status, verdict) => expect(verdictOf(answer(status), 1)).toMatchObject(verdict));

it('without a connection the function is away; a connection that broke may be one event’s fault', () => {
  expect(verdictOf({ kind: 'unreachable' }, 5)).toMatchObject({ kind: 'away', alarm: false });
  expect(verdictOf({ kind: 'lost' }, 5)).toMatchObject({ kind: 'fails' });
});

it.each([
  ['3', 3_000],
  ['0', 0],
  ['999999', 60_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
  ['-1', 0],
  [null, 0],
])('Retry-After %s is waited for %i ms', (retryAfter, waitMs) => {
  expect(verdictOf(answer(429, '', retryAfter), 1)).toMatchObject({ waitMs });
  expect(verdictOf(answer(503, '', retryAfter), 1)).toMatchObject({ waitMs });
});

it('an event has five tries within 75 s, then it is given up', () => {
  expect([1, 2, 3, 4, 5, 6].map((tries) => pauseBeforeRetry(tries))).toEqual([...RETRY_PAUSES_MS, null, null]);
  expect(RETRY_PAUSES_MS).toHaveLength(4);
  // Five calls that each take their whole 10 s would still end in time.
  expect(RETRY_PAUSES_MS.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(75_000 - 40_000);
});

it('whoever is away is asked again soon at first, then every few seconds, never at the same moment by all', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (probes, failing, random) => {
      const pauseMs = awayPauseMs(probes, failing, random);
      expect(pauseMs).toBeGreaterThanOrEqual(125);
      expect(pauseMs).toBeLessThanOrEqual(failing ? 30_000 : 5_000);
    }),
  );
  expect(awayPauseMs(3, false, 0)).not.toBe(awayPauseMs(3, false, 1));
});
