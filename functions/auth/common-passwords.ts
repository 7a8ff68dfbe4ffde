import { dictionary } from '@zxcvbn-ts/language-common';

/** The 49,000 commonest passwords of known leaks, in lower case, commonest first. */
const common = new Set(dictionary['passwords-common'] as readonly string[]);

/** Whoever guesses tries these first; digits or marks around one make it no better. */
export function isCommonPassword(password: string): boolean {
  const plain = password.normalize('NFC').toLowerCase();
  const core = plain.replace(/^[\d\W_]+|[\d\W_]+$/g, '');
  const isRepeated = [...plain].length < 20 && /^(.{1,3})\1+$/su.test(plain);
  return common.has(plain) || isRepeated || (core.length < 10 && common.has(core));
}
