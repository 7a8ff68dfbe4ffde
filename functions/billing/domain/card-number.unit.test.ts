import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cardNumberOf, masked } from './card-number.ts';

const digits = (length: number) => fc.array(fc.nat(9), { minLength: length, maxLength: length });
const numbers = fc.integer({ min: 13, max: 19 }).chain((length) =>
  digits(length - 1)
    .filter((given) => given.some((digit) => digit > 0))
    .map((given) => {
      const check = '0123456789'.split('').find((last) => cardNumberOf(given.join('') + last));
      return given.join('') + check;
    }),
);

it.each([
  ['4242424242424242', '4242424242424242'],
  ['4242 4242 4242 4242', '4242424242424242'],
  ['4242-4242-4242-4242', '4242424242424242'],
  ['378282246310005', '378282246310005'],
  ['4222222222222', '4222222222222'],
  ['6304 0000 0000 0000 000', '6304000000000000000'],
])('%s is the number %s', (text, number) => expect(cardNumberOf(text)).toBe(number));

it.each([
  ['a wrong check digit', '4242424242424241'],
  ['12 digits', '424242424242'],
  ['20 digits', '42424242424242424242'],
  ['zeros only', '0000000000000000'],
  ['letters', '4242 4242 4242 424x'],
  ['full-width digits', '４２４２４２４２４２４２４２４２'],
  ['Arabic digits', '٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢'],
  ['a space before', ' 4242424242424242'],
  ['a dash behind', '4242424242424242-'],
  ['a line feed', '4242424242424242\n'],
  ['a dot between', '4242.4242.4242.4242'],
  ['a sign', '+4242424242424242'],
  ['nothing', ''],
])('%s is no number of a card', (_, text) => expect(cardNumberOf(text)).toBeNull());

it('every number has just one check digit, and any one digit typed wrong is found', () => {
  fc.assert(
    fc.property(numbers, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      expect(cardNumberOf(number)).toBe(number);
      const place = at % number.length;
      const typed = number.slice(0, place) + ((Number(number[place]) + by) % 10) + number.slice(place + 1);
      expect(cardNumberOf(typed)).toBeNull();
    }),
  );
});

it('is answered fast, however long and wrong it is', () => {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    expect(cardNumberOf(`4${' -'.repeat(50_000)}x`)).toBeNull();
    return performance.now() - began;
  });
  expect(Math.min(...times)).toBeLessThan(100);
});

it('is shown by its last four digits', () => expect(masked('4242')).toBe('•••• 4242'));
