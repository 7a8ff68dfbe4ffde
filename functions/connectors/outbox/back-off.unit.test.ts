import { expect, it } from 'vitest';
import { secondsUntilNextTry } from './back-off.ts';

it('an event that no queue takes is tried again later and later, at least once a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 100].map(secondsUntilNextTry)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});
