import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM, findEngines } from '../../local/engines.ts';
import { root } from '../../scripts/build.ts';
import { Visitor } from './visitor.ts';

const url = process.env.ATES_TEST_URL ?? '';
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VARIANTS = [
  { name: 'phone, light, ru', viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'ru-RU' },
  { name: 'desktop, dark, en', viewport: { width: 1280, height: 800 }, colorScheme: 'dark', locale: 'en-US' },
] as const;

let browser: Browser;
beforeAll(async () => {
  const [program] = await findEngines([CHROMIUM], join(root, '.ates/engines'), () => undefined);
  browser = await chromium.launch({
    executablePath: program?.path ?? '',
    env: { ...(process.env as Record<string, string>), ...program?.env },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(() => browser?.close());

/** A browser of somebody new, and everything that went wrong on its pages. */
async function visit(
  variant: (typeof VARIANTS)[number],
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const { name: _, ...options } = variant;
  const context = await browser.newContext({ ...options, bypassCSP: false });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // A refusal that the page explains is no fault of the page.
    if (message.type() === 'error' && !/status of (401|404|422)/.test(message.text())) faults.push(message.text());
  });
  await page.goto(`${url}/`);
  return { page, context, faults };
}

async function axeViolations(page: Page): Promise<string[]> {
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

it.each(VARIANTS)('a newcomer signs in, adds tasks, and the worker sees the charge: $name', async (variant) => {
  const { page, context, faults } = await visit(variant);
  await page.waitForURL('**/auth/');
  expect(await axeViolations(page)).toEqual([]);

  // A wrong password is told in one message, and the form stays.
  await page.locator('input[type=email]').fill('manager@ates.example');
  await page.locator('input[type=password]').fill('wrong password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();

  // A demo button signs in; the manager begins with the tasks.
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL('**/tasks/');
  expect(await axeViolations(page)).toEqual([]);

  // Enter adds and keeps the focus for the next; pressed twice it adds once.
  const title = `Покормить попугая ${randomUUID()}`;
  const input = page.locator('form input').first();
  await input.fill(title);
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/tasks'));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  const task = (await (await answered).json()) as { id: string; userId: string };
  await page.getByRole('cell', { name: title }).waitFor();
  expect(await page.getByRole('cell', { name: title }).count()).toBe(1);
  expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);

  // Brackets get the hint, at the field.
  await input.fill('[ABC-1] Title');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('Jira');
  expect(await axeViolations(page)).toEqual([]);

  // Whoever got it signs in and sees what it cost.
  const worker = await (await Visitor.signInById(task.userId)).get('/api/auth/session');
  await page.locator('.tools button').last().click();
  await page.waitForURL('**/auth/');
  await page.getByRole('button', { name: new RegExp(`^${worker.body.name}`) }).click();
  await page.waitForURL('**/accounts/');
  const row = page.getByRole('row').filter({ hasText: title });
  await row.waitFor({ timeout: 5_000 });
  expect(await row.textContent()).toMatch(/-.?1\d[.,]00|-.?20[.,]00/);
  expect(await axeViolations(page)).toEqual([]);

  // A filter is in the address; back and forward are exact.
  await page.locator('select').selectOption('reward');
  await expect.poll(() => new URL(page.url()).search).toBe('?kind=reward');
  await expect.poll(() => row.count()).toBe(0);
  await page.goBack();
  await row.waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.goForward();
  await expect.poll(() => page.locator('select').inputValue()).toBe('reward');

  // Whoever is not signed in any more is led to the sign-in, and back to the same place.
  await context.clearCookies();
  await page.reload();
  await page.waitForURL(/\/auth\/\?back=%2Faccounts%2F%3Fkind%3Dreward/);
  expect(faults).toEqual([]);
  await context.close();
});
