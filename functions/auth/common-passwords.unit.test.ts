import { expect, it } from 'vitest';
import { isCommonPassword } from './common-passwords.ts';

it.each([
  'qwertyuiop',
  '1234567890',
  'Password123',
  'PASSWORD2026!',
  'iloveyou!!!',
  'aaaaaaaaaa',
  'abcabcabcabc',
  '1q2w3e4r5t',
])('%s is too common', (password) => expect(isCommonPassword(password)).toBe(true));

it.each(['correct horse battery staple', 'popug-demo-2026', 'Кеша любит зёрна', 'x7#kQ2!mZp', 'пароль подлиннее'])(
  '%s is not',
  (password) => expect(isCommonPassword(password)).toBe(false),
);
