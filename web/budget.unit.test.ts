import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWeb, PAGES } from './build.ts';

const JS_LIMIT = 12 * 1024;
const ALL_LIMIT = 25 * 1024;

const outDir = mkdtempSync(join(tmpdir(), 'ates-web-'));
beforeAll(() => buildWeb({ outDir, minify: true }));
afterAll(() => rmSync(outDir, { recursive: true }));

const size = (path: string) => gzipSync(readFileSync(join(outDir, path))).length;

it.each(Object.entries(PAGES))('the page %s loads at most 12 KiB of script and 25 KiB in all', (_, path) => {
  const html = readFileSync(join(outDir, path, 'index.html'), 'utf8');
  const [, script = ''] = /src="\/(assets\/[^"]+\.js)"/.exec(html) ?? [];
  const [, style = ''] = /href="\/(assets\/[^"]+\.css)"/.exec(html) ?? [];
  expect(size(script)).toBeLessThanOrEqual(JS_LIMIT);
  expect(size(script) + size(style) + size(join(path, 'index.html'))).toBeLessThanOrEqual(ALL_LIMIT);
});

it('there is one style file for all pages, and no script or style inside the HTML', () => {
  expect(readdirSync(join(outDir, 'assets')).filter((name) => name.endsWith('.css'))).toHaveLength(1);
  const html = readFileSync(join(outDir, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|\son\w+=/);
});
