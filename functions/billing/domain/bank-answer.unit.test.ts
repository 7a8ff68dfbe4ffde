import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerToAsking, answerToSending } from './bank-answer.ts';

const transfer = { key: 'k', amountCents: 1_500, cardLast4: '4242', at: '2026-11-23T10:00:00.000Z' };
const paid = { kind: 'paid', amountCents: 1_500, cardLast4: '4242', at: new Date(transfer.at) };
const of = (status: number, body: unknown = { reason: 'why' }, retryAfterMs = 0) => ({ status, body, retryAfterMs });

describe.each([
  ['sending', answerToSending],
  ['asking', answerToAsking],
] as const)('%s', (_, read) => {
  it('is paid by a transfer that is told whole, and by nothing else', () => {
    expect(read('k', of(200, transfer))).toEqual(paid);
    const broken = [
      { ...transfer, key: 'k:2' },
      { ...transfer, amountCents: '1500' },
      { ...transfer, amountCents: 1_500.5 },
      { ...transfer, amountCents: 2 ** 53 },
      { ...transfer, cardLast4: '42424' },
      { ...transfer, cardLast4: 4242 },
      { ...transfer, at: 'yesterday' },
      { ...transfer, at: 1_700_000_000_000 },
      ...[undefined, null, [], 'OK', 0, {}],
    ];
    for (const body of broken) expect(read('k', of(200, body)).kind, JSON.stringify(body)).toBe('unclear');
    for (const status of [201, 202, 204, 206, 301, 302, 307])
      expect(read('k', of(status, transfer)).kind).toBe('unclear');
  });

  it('is never paid without a status of 200, whatever else is answered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.jsonValue(), (status, body) => {
        fc.pre(status !== 200);
        expect(read('k', of(status, body)).kind).not.toBe('paid');
        expect(read('k', of(status, transfer)).kind).not.toBe('paid');
      }),
    );
  });

  it('that the bank cannot do now is open, and says when to ask', () => {
    for (const status of [408, 409, 425, 429, 500, 502, 503, 504, 599]) {
      expect(read('k', of(status, undefined, 7_000))).toEqual({ kind: 'unclear', retryAfterMs: 7_000 });
    }
  });
});

it.each([
  [402, 'refused'],
  [400, 'wrong-request'],
  [405, 'wrong-request'],
  [413, 'wrong-request'],
  [422, 'wrong-request'],
  [401, 'away'],
  [403, 'away'],
  [404, 'away'],
])('sent: %i is %s', (status, kind) => expect(answerToSending('k', of(status)).kind).toBe(kind));

it.each([
  [404, 'never-executed'],
  [400, 'unclear'],
  [401, 'unclear'],
  [402, 'unclear'],
  [403, 'unclear'],
  [410, 'unclear'],
])('asked: %i is %s', (status, kind) => expect(answerToAsking('k', of(status)).kind).toBe(kind));
