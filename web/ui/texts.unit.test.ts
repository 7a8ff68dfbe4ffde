import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REFUSAL_CODES } from '#platform/errors';
import { LANGUAGES } from '../shell.ts';

/** What only a page with a mistake in it could cause; the server's own words do there. */
const NEVER_SHOWN = [
  ...['method-not-allowed', 'unsupported-content-type', 'malformed-json'],
  ...['foreign-origin', 'idempotency-key-reused', 'sign-in-needed'],
];

it.each(LANGUAGES)("every refusal of the server is explained in the reader's language: %s", async (language) => {
  const web = join(import.meta.dirname, '..');
  const modules = globSync('*/*texts.ts', { cwd: web }).map((path) => import(join(web, path)));
  const explained = Object.assign({}, ...(await Promise.all(modules)).map(({ texts }) => texts[language]));
  const shown = REFUSAL_CODES.filter((code) => !NEVER_SHOWN.includes(code));
  expect(shown.filter((code) => !Object.hasOwn(explained, code))).toEqual([]);
  expect(explained['sign-in-failed']).toMatch(language === 'ru' ? /Почта/ : /E-mail/);
});
