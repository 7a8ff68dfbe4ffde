import { expect, it } from 'vitest';
import { contradictions, type LetterOrder } from './order.ts';

const order: LetterOrder = {
  eventId: 'e1',
  kind: 'payout',
  payoutId: 'p1',
  userId: 'u1',
  amountCents: 100,
  businessDate: '2026-11-23',
  reason: '',
};

it('an order whose letter says the same is a repeat', () => {
  expect(contradictions([order, { ...order, eventId: 'e2' }], [order])).toEqual([]);
});

it.each([{ userId: 'u2' }, { amountCents: 101 }, { businessDate: '2026-11-24' }])(
  'an order with %j is none',
  (other) => {
    expect(contradictions([order, { ...order, ...other }], [order])).toEqual([{ ...order, ...other }]);
  },
);

it('a letter of another kind or reason says nothing about it', () => {
  const blocked: LetterOrder = { ...order, kind: 'payout-blocked', reason: 'no-card', amountCents: 200 };
  expect(contradictions([order, blocked], [order, blocked])).toEqual([]);
});
