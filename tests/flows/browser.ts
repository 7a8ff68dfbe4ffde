import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { CHROMIUM, findEngines } from '../../local/engines.ts';
import { root } from '../../scripts/build.ts';

const url = () => process.env.ATES_TEST_URL ?? '';
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Variant {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  readonly locale: 'ru-RU' | 'en-US';
  readonly timezoneId?: string;
}

export const VARIANTS = [
  { name: 'phone, light, ru', viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'ru-RU' },
  { name: 'desktop, dark, en', viewport: { width: 1280, height: 800 }, colorScheme: 'dark', locale: 'en-US' },
] as const satisfies readonly Variant[];

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything that went wrong on the pages. */
  readonly faults: string[];
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One browser for a test file; what it gives opens a path in the browser of somebody new. */
export function openBrowser(): (variant: Variant, path?: string) => Promise<Visit> {
  let browser: Browser;
  beforeAll(async () => {
    const [program] = await findEngines([CHROMIUM], join(root, '.ates/engines'), () => undefined);
    const env = { ...(process.env as Record<string, string>), ...program?.env };
    browser = await chromium.launch({ executablePath: program?.path ?? '', env, args: FLAGS });
  });
  afterAll(() => browser?.close());

  return async ({ name: _, ...options }, path = '/') => {
    const context = await browser.newContext({ ...options, bypassCSP: false });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // A refusal that the page explains is no fault of the page.
      if (message.type() === 'error' && !/status of (401|404|422)/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${url()}${path}`);
    return { page, context, faults };
  };
}

export async function axeViolations(page: Page): Promise<string[]> {
  // Injected through the protocol, which the page's Content-Security-Policy does not stop.
  await page.evaluate(axeSource);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ runOnly });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }, tags);
}
