import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { REFUSAL_CODES } from '#platform/errors';

/** What only a page with a mistake in it could cause; the server's own words do there. */
const NEVER_SHOWN = [
  ...['method-not-allowed', 'unsupported-content-type', 'malformed-json'],
  ...['foreign-origin', 'idempotency-key-reused', 'sign-in-needed'],
];

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each(['ru', 'en'])("every refusal of the server is explained in the reader's language: %s", async (language) => {
  vi.stubGlobal('LANGUAGE', language);
  const { problemText } = await import('./texts.ts');
  const pages = globSync('*/*texts.ts', { cwd: join(import.meta.dirname, '..'), exclude: ['ui/**'] });
  for (const page of pages) await import(join(import.meta.dirname, '..', page));
  const shown = REFUSAL_CODES.filter((code) => !NEVER_SHOWN.includes(code));
  const untranslated = shown.filter((code) => problemText(`/problems/${code}`, 'untranslated') === 'untranslated');
  expect(untranslated).toEqual([]);
  expect(problemText('/problems/sign-in-failed', '')).toMatch(language === 'ru' ? /Почта/ : /E-mail/);
});
