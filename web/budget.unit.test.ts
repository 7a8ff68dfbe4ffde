import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWeb, LANGUAGES, PAGES } from './build.ts';

const JS_LIMIT = 12_000;
const ALL_LIMIT = 25_000;

const outDir = mkdtempSync(join(tmpdir(), 'ates-web-'));
beforeAll(() => buildWeb({ outDir, minify: true }));
afterAll(() => rmSync(outDir, { recursive: true }));

const size = (path: string) => gzipSync(readFileSync(join(outDir, path))).length;
const pages = LANGUAGES.flatMap((language) =>
  Object.entries(PAGES).map(([page, path]) => ({ page, language, html: join(path, `index.${language}.html`) })),
);

it.each(pages)('the page $page, $language, loads at most 12 kB of script and 25 kB in all', ({ html: path }) => {
  const html = readFileSync(join(outDir, path), 'utf8');
  const [, script = ''] = /src="\/(assets\/[^"]+\.js)"/.exec(html) ?? [];
  const [, style = ''] = /href="\/(assets\/[^"]+\.css)"/.exec(html) ?? [];
  expect(size(script)).toBeLessThanOrEqual(JS_LIMIT);
  expect(size(script) + size(style) + size(path)).toBeLessThanOrEqual(ALL_LIMIT);
});

it.each(pages)('the page $page, $language, is marked with its language and holds no text of the other', (made) => {
  const html = readFileSync(join(outDir, made.html), 'utf8');
  expect(html).toContain(`<html lang="${made.language}">`);
  const [, script = ''] = /src="\/(assets\/[^"]+\.js)"/.exec(html) ?? [];
  const isCyrillic = /[а-яё]{3}/i.test(readFileSync(join(outDir, script), 'utf8'));
  expect(isCyrillic).toBe(made.language === 'ru' && made.page !== 'home');
});

it('there is one style file for all pages, and no script or style inside the HTML', () => {
  expect(readdirSync(join(outDir, 'assets')).filter((name) => name.endsWith('.css'))).toHaveLength(1);
  for (const { html: path } of pages) {
    const html = readFileSync(join(outDir, path), 'utf8');
    expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|\son\w+=/);
  }
});
