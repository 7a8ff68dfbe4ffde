import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWeb, PAGES } from './build.ts';
import { LANGUAGES } from './shell.ts';

const JS_LIMIT = 12_000;
const ALL_LIMIT = 25_000;

const outDir = mkdtempSync(join(tmpdir(), 'ates-web-'));
beforeAll(() => buildWeb({ outDir, minify: true }));
afterAll(() => rmSync(outDir, { recursive: true }));

const size = (path: string) => gzipSync(readFileSync(join(outDir, path))).length;
const pages = LANGUAGES.flatMap((language) =>
  Object.entries(PAGES).map(([page, { path }]) => ({ page, language, html: join(path, `index.${language}.html`) })),
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
  const own = html.replaceAll(/<button[^>]* id="language"[^>]*>/g, ''); // which names the other in its own words
  expect(/[а-яё]{3}/i.test(own)).toBe(made.language === 'ru');
});

it.each(pages)(
  'the page $page, $language, has its heading, its texts and its place in the sections without script',
  (made) => {
    const { path, title, nav, open } = PAGES[made.page] ?? {};
    const html = readFileSync(join(outDir, made.html), 'utf8');
    expect(html).toContain(`<title>${title?.[made.language]} · ATES</title>`);
    expect(html).toContain(`<h1>${title?.[made.language]}</h1>`);
    expect(html.includes('<nav')).toBe(!open);
    expect(html.includes(`<a href="/${path}/" aria-current="page"`)).toBe(nav !== undefined);
    const [, texts = ''] = /<template id="texts"[^>]*>(.*)<\/template>/.exec(html) ?? [];
    expect(() => JSON.parse(texts)).not.toThrow();
  },
);

it('what a page loads when it is asked for is no part of its script, and no larger than a page', () => {
  const asked = pages.flatMap(({ html: path }) => {
    const html = readFileSync(join(outDir, path), 'utf8');
    return [...html.matchAll(/data-later="\/(assets\/[^"]+)"/g)].map(([, later = '']) => {
      expect(html.split(later)).toHaveLength(2);
      return later;
    });
  });
  expect(new Set(asked).size).toBeGreaterThan(0);
  for (const later of asked) expect(size(later)).toBeLessThanOrEqual(JS_LIMIT);
});

it('the keyboard’s part is loaded later, and is at most 3 kB', () => {
  const files = readdirSync(join(outDir, 'assets')).filter((name) => name.startsWith('keys-'));
  expect(files).toHaveLength(1);
  expect(size(`assets/${files[0]}`)).toBeLessThanOrEqual(3_000);
});

it('scripts hold no texts, there is one style file for all, and no script or style inside the HTML', () => {
  const files = readdirSync(join(outDir, 'assets'));
  expect(files.filter((name) => name.endsWith('.css'))).toHaveLength(1);
  for (const name of files) expect(readFileSync(join(outDir, 'assets', name), 'utf8')).not.toMatch(/[а-яё]{3}/i);
  for (const { html: path } of pages) {
    const html = readFileSync(join(outDir, path), 'utf8');
    expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|\son\w+=/);
  }
});

it('nginx leads to every page from its path without the slash, but to the one for paths that there are not', () => {
  const template = readFileSync(join(import.meta.dirname, '../nginx/ates.conf.template'), 'utf8');
  const [, led = ''] = /location ~ "\^\/\(([^)]+)\)\$" \{ return 301/.exec(template) ?? [];
  const paths = Object.values(PAGES).flatMap((page) => (page === PAGES.missing ? [] : page.path || []));
  expect(led.split('|')).toEqual(expect.arrayContaining(paths));
  expect(led.split('|')).not.toContain(PAGES.missing?.path);
});
