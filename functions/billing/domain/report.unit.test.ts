import fc from 'fast-check';
import { expect, it } from 'vitest';
import { figuresOf, STATES } from './report.ts';

const figures = fc.array(
  fc.record({ state: fc.constantFrom(...STATES), count: fc.nat(1_000), cents: fc.nat(1_000_000) }),
);

it('has a figure for every state, and they add up to the whole', () => {
  fc.assert(
    fc.property(figures, (given) => {
      const { count, cents, states } = figuresOf(given);
      expect(Object.keys(states)).toEqual(STATES);
      const sum = (of: 'count' | 'cents') => STATES.reduce((total, state) => total + states[state][of], 0);
      expect([sum('count'), sum('cents')]).toEqual([count, cents]);
    }),
  );
});

it('adds up what several days have of one state', () => {
  const { states, ...whole } = figuresOf([
    { state: 'paid', count: 2, cents: 300 },
    { state: 'paid', count: 1, cents: 50 },
    { state: 'blocked', count: 1, cents: 7 },
  ]);
  expect(whole).toEqual({ count: 4, cents: 357 });
  expect(states).toMatchObject({ paid: { count: 3, cents: 350 }, blocked: { count: 1, cents: 7 } });
});
