import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { PAGES, settled, signIn } from './pages.ts';
import { requestPayouts } from './payout-requests.ts';
import { Visitor } from './visitor.ts';

/** What all pages have in common: how they stand on a small screen, tell times and refusals, and keep the focus. */

const visit = openBrowser();
const [phone, desktop] = VARIANTS;
const url = process.env.ATES_TEST_URL ?? '';

/** How far anything reaches out of the screen, or a field or button out of its card. */
const overhang = (page: Page) =>
  page.evaluate(() => {
    const right = (element: Element) => element.getBoundingClientRect().right;
    const out = [...document.querySelectorAll('.card :is(input, select, button, .notice), .tools > *')].filter(
      (part) =>
        part.checkVisibility() &&
        !part.closest('.scroll') &&
        right(part) > right(part.closest('.card, .bar') as Element),
    );
    return { pageBy: document.documentElement.scrollWidth - innerWidth, out: out.map(({ outerHTML }) => outerHTML) };
  });
const hasFocus = (page: Page) =>
  page.evaluate(() => document.activeElement !== document.body && (document.activeElement?.outerHTML ?? ''));
/** Asks the server itself, so that whatever the page had begun to ask before is under way as well. */
const barrier = (page: Page) => page.evaluate(() => fetch('/healthz').then(({ status }) => status));

const SMALL = { ...phone, viewport: { width: 320, height: 640 } };

it.each(PAGES)('%s as %s stands on 320 px, which is 1280 px at 400 %', async (path, who) => {
  const { page, context } = await visit(SMALL, '/healthz');
  if (who) await signIn(context, who);
  await page.goto(`${url}${path}`);
  await settled(page);
  expect(await overhang(page)).toEqual({ pageBy: 0, out: [] });
  // A day is written in full: its field is not pressed together by its neighbours.
  const days = await page.locator('.filters [type=date]').evaluateAll((all) => all.map((day) => day.clientWidth));
  expect(days.filter((width) => width < 125)).toEqual([]);
  await context.close();
});

it('a refusal with its code for support fits into a card of 320 px', async () => {
  const { page, context } = await visit(SMALL, '/auth/');
  await page.locator('input[type=email]').fill('nobody@ates.example');
  await page.locator('input[type=password]').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText(/Код для поддержки: [0-9a-f]{32}/).waitFor();
  expect(await overhang(page)).toEqual({ pageBy: 0, out: [] });
  await context.close();
});

it("every time is the company's wherever the reader is; a tooltip has the reader's own", async () => {
  const manager = await Visitor.signIn('manager');
  const { id, userId } = (await manager.send('POST', '/api/tasks', { title: `Почистить ${randomUUID()}` })).body;
  const worker = await Visitor.signInById(userId);
  await worker.send('PUT', '/api/billing/me/card', { cardNumber: '4242 4242 4242 4242' });
  const businessDate = new Date(Date.UTC(2013, 0, 1) + Math.floor(Math.random() * 300) * 86_400_000);
  const [payout] = await requestPayouts([
    { userId, businessDate: businessDate.toISOString().slice(0, 10), amountCents: 1_700 },
  ]);
  let paidAt = '';
  await expect
    .poll(async () => (paidAt = (await worker.get(`/api/billing/payouts/${payout?.payoutId}`)).body.paidAt))
    .toMatch(/Z$/);

  const { page, context, faults } = await visit({ ...desktop, timezoneId: 'America/Los_Angeles' }, '/healthz');
  const email = (await worker.get('/api/auth/session')).body.email as string;
  await signIn(context, email.replace(/@.*/, ''));
  const clock = (instant: string, timeZone: string) =>
    new Date(instant).toLocaleTimeString('en-US', { timeZone, timeStyle: 'short' }).replaceAll(/\s/g, ' ');
  for (const path of ['/tasks/', `/tasks/task/?id=${id}`, '/accounts/', '/auth/me/']) {
    await page.goto(`${url}${path}`);
    await expect.poll(() => page.locator('time').count(), { message: path }).toBeGreaterThan(0);
    const times = await page.locator('time').evaluateAll((all) =>
      all.map((time) => {
        const clean = (text: string | null) => (text ?? '').replaceAll(/\s/g, ' ');
        return {
          at: time.getAttribute('datetime') ?? '',
          text: clean(time.textContent),
          title: clean(time.getAttribute('title')),
        };
      }),
    );
    for (const { at, text, title } of times) {
      expect(text, path).toMatch(new RegExp(`(^|\\D)${clock(at, 'Europe/Moscow')}$`));
      expect(title, path).toMatch(new RegExp(`(^|\\D)${clock(at, 'America/Los_Angeles')}$`));
    }
  }
  await page.goto(`${url}/billing/`);
  const row = page.getByRole('row').filter({ hasText: '$17.00' }).first();
  await expect
    .poll(async () => (await row.textContent())?.replaceAll(/\s/g, ' '))
    .toContain(clock(paidAt, 'Europe/Moscow'));
  expect(faults).toEqual([]);
  await context.close();
});

it("a page that is not for the reader's role leads to their own first page, and is not asked for again", async () => {
  const { page, context } = await visit(desktop, '/healthz');
  await signIn(context, 'worker1');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/ops/')) asked += 1;
  });
  await page.clock.install();
  await page.goto(`${url}/ops/`);
  await page.getByRole('alert').getByText('Your role does not allow this').waitFor();
  const before = asked;
  expect(before).toBeGreaterThan(0);
  await page.clock.runFor(30_000);
  await barrier(page);
  expect(asked).toBe(before);
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('link', { name: 'To your own first page' }).click();
  await page.waitForURL(`${url}/tasks/`);
  await context.close();
});

it.each(VARIANTS)('an address that nothing stands at is 404 and a page with a way back: $name', async (variant) => {
  const isRussian = variant.locale === 'ru-RU';
  const { page, context, faults } = await visit(variant, '/healthz');
  await signIn(context, 'accountant');
  const answer = await page.goto(`${url}/accounts/compny/?day=2026-01-01`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('heading', { name: isRussian ? 'Такой страницы нет' : 'There is no such page' }).waitFor();
  const sections = page.getByRole('navigation').getByRole('link');
  await expect.poll(() => sections.allTextContents()).toContain(isRussian ? 'Компания' : 'Company');
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('link', { name: isRussian ? 'На свою первую страницу' : 'To your own first page' }).click();
  await page.waitForURL(`${url}/accounts/company/`);
  expect(faults).toEqual([]);
  await context.close();
});

it('what cannot be read is away; that nothing was changed is told of commands alone', async () => {
  const { page, context } = await visit(desktop, '/healthz');
  await signIn(context, 'worker1');
  const away = { status: 503, body: '{"type":"/problems/temporarily-unavailable","title":"away"}' };
  await page.route('**/api/accounts/me*', (route) => route.fulfill(away));
  await page.goto(`${url}/accounts/`);
  const told = page.getByRole('alert').filter({ hasText: 'A part of the system is away at the moment' });
  await told.first().waitFor();
  expect(await page.getByText('nothing was changed').count()).toBe(0);
  await page.unroute('**/api/accounts/me*');
  await page.getByText('Balance', { exact: true }).first().waitFor();
  await context.close();
});

it('what is loaded when it is asked for is told after 15 s without it, and drawn if it comes after all', async () => {
  await (await Visitor.signIn('manager')).send('POST', '/api/tasks', { title: `Подмести ${randomUUID()}` });
  const { page, context, faults } = await visit(desktop, '/healthz');
  await signIn(context, 'manager');
  const shell = await (await page.request.get(`${url}/tasks/all/`)).text();
  const script = /data-later="([^"]+)"/.exec(shell)?.[1];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const asked = page.waitForRequest(`**${script}`);
  await page.route(`**${script}`, async (route) => {
    await held;
    await route.continue();
  });
  await page.clock.install();
  await page.goto(`${url}/tasks/all/`);
  await page.locator('summary').click();
  await asked; // or already a second after the page was there, for its big button
  const told = page.locator('details').getByRole('alert');
  expect(await told.count()).toBe(0);
  await page.clock.runFor(15_000);
  await told.getByText('The server cannot be reached').waitFor();
  letGo();
  await page.locator('details tbody tr').first().waitFor();
  await expect.poll(() => told.count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('whoever goes by keys keeps their place: a search, the next rows, a dialog, a refused form', async () => {
  const manager = await Visitor.signIn('manager');
  const word = `Перья${randomUUID().slice(0, 8)}`;
  for (let n = 0; n < 21; n += 1) {
    expect((await manager.send('POST', '/api/tasks', { title: `${word} ${n}` })).status).toBe(201);
  }
  const { page, context, faults } = await visit(desktop, '/healthz');
  await signIn(context, 'admin');
  await page.goto(`${url}/tasks/all/`);
  await settled(page);

  const search = page.getByRole('searchbox');
  await search.focus();
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(20);
  expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await search.inputValue()).toBe(word);

  const more = page.getByRole('button', { name: '50 more' });
  while (!(await more.evaluate((button) => button === document.activeElement))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await more.waitFor({ state: 'detached' });
  await expect.poll(() => hasFocus(page)).toContain('tbody');
  await page.keyboard.press('Shift+Tab'); // on from there, not from the top of the page
  expect(await page.evaluate(() => document.activeElement?.closest('.bar'))).toBeNull();

  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect.poll(() => search.inputValue()).toBe('');
  const opener = page.getByRole('button', { name: 'Reassign all' });
  await opener.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);

  await page.goto(`${url}/auth/users/`);
  await settled(page);
  await page.locator('summary').click();
  await page.locator('input[name=email]').fill(`${randomUUID()}@ates.example`);
  await page.locator('input[name=name]').fill('Жако');
  await page.locator('input[name=password]').fill('password123');
  await page.getByRole('button', { name: 'Add a user' }).press('Enter');
  const wrong = page.locator('input[name=password][aria-invalid]');
  await wrong.waitFor();
  await expect.poll(() => wrong.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(faults).toEqual([]);
  await context.close();
});

it('a main button keeps the focus while it waits and takes no second press; the wait that is told counts down', async () => {
  const email = `${randomUUID()}@ates.example`;
  const somebody = Visitor.anonymous();
  for (let n = 0; n < 10; n += 1) {
    expect((await somebody.send('POST', '/api/auth/session', { email, password: 'wrong' })).status).toBe(401);
  }
  const { page, context } = await visit(desktop, '/auth/');
  let asked = 0;
  let answer = () => undefined as undefined | Promise<void>;
  await page.route('**/api/auth/session', async (route) => {
    asked += 1;
    await new Promise<void>((resolve) => {
      answer = () => resolve() as undefined;
    });
    await route.continue();
  });
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill('wrong');
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  await button.press('Enter');
  await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
  expect(await button.evaluate((main) => main === document.activeElement)).toBe(true);
  await button.press('Enter');
  await page.locator('input[type=password]').press('Enter');
  await barrier(page);
  expect(asked).toBe(1);
  await button.focus();
  answer();
  const wait = page.getByRole('timer');
  const seconds = async () => Number(/\d+/.exec((await wait.textContent()) ?? '')?.[0]);
  const first = await seconds();
  expect(first).toBeLessThanOrEqual(60);
  await expect.poll(seconds).toBeLessThan(first - 1);
  expect(await button.evaluate((main) => main === document.activeElement)).toBe(true);
  await context.close();
});
