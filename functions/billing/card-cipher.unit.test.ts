import { expect, it } from 'vitest';
import { cardCipher } from './card-cipher.ts';

const NUMBER = '4242424242424242';
const [old, fresh] = [`old:${'0a'.repeat(32)}`, `2026-11:${'1b'.repeat(32)}`];
const cipher = cardCipher(`${fresh}\n${old}`);

it('what was sealed for a user is read for that user, and looks different each time', () => {
  const [first, second] = [cipher.seal('ada', NUMBER), cipher.seal('ada', NUMBER)];
  expect(first).not.toBe(second);
  expect(first).toMatch(/^2026-11:/);
  for (const sealed of [first, second]) {
    expect(sealed).not.toContain(NUMBER);
    expect(Buffer.from(sealed, 'base64').toString()).not.toContain(NUMBER);
    expect(cipher.unseal('ada', sealed)).toBe(NUMBER);
  }
});

it('moved to another person’s row it cannot be read', () => {
  expect(cipher.unseal('bob', cipher.seal('ada', NUMBER))).toBeNull();
});

it('a key that was rotated out still reads what it has sealed; one that is gone reads nothing', () => {
  const sealed = cardCipher(old).seal('ada', NUMBER);
  expect(cipher.unseal('ada', sealed)).toBe(NUMBER);
  expect(cardCipher(fresh).unseal('ada', sealed)).toBeNull();
});

it('changed in any byte, cut off or made up it cannot be read', () => {
  const [id, text = ''] = cipher.seal('ada', NUMBER).split(':');
  const bytes = Buffer.from(text, 'base64');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(cipher.unseal('ada', `${id}:${changed.toString('base64')}`)).toBeNull();
    expect(cipher.unseal('ada', `${id}:${bytes.subarray(0, at).toString('base64')}`)).toBeNull();
  }
  for (const made of ['', ':', NUMBER, 'nobody:AAAA', '2026-11:']) expect(cipher.unseal('ada', made)).toBeNull();
});

it.each(['', 'a'.repeat(64), `:${'a'.repeat(64)}`, `1:${'a'.repeat(63)}`, `1:${'A'.repeat(64)}`, `${old}\nnonsense`])(
  '%j is no list of keys, and stops the start',
  (keys) => expect(() => cardCipher(keys)).toThrow('card-encryption-keys'),
);
