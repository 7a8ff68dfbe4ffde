import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { beforeAll, expect, it, vi } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';
let manager: Visitor;
let executive: Visitor;

const today = async () => (await executive.get('/api/analytics/days')).body.items.at(-1);
/** Of a rebuild. */
async function stateOf(id: string): Promise<string> {
  const database = await mysql.createConnection(Visitor.run().databases.analytics ?? '');
  const [[row]] = await database.query<mysql.RowDataPacket[]>('SELECT state FROM rebuilds WHERE id = ?', [id]);
  await database.end();
  return row?.state;
}
/** An amount's digits, which the languages write with different signs between them. */
const digits = (cents: number) => String(Math.abs(cents));
const plain = (text: string | null) => (text ?? '').replaceAll(/\D/g, '');

/** Adds a task; resolves when its fee is counted. */
async function anotherFee(): Promise<void> {
  const { feesCents } = await today();
  await manager.send('POST', '/api/tasks', { title: `Сосчитать пух ${randomUUID()}` });
  await expect.poll(async () => (await today()).feesCents).toBeGreaterThan(feesCents);
}

beforeAll(async () => {
  manager = await Visitor.signIn('manager');
  executive = await Visitor.signIn('executive');
  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Посчитать перья ${randomUUID()}` });
  await (await Visitor.signInById(task.userId)).send('POST', `/api/tasks/${task.id}/close`, {});
  await vi.waitFor(async () => expect((await today()).topTask).not.toBeNull(), { timeout: 10_000 });
});

it.each(VARIANTS)('an executive has three answers at once, and the profit over time: $name', async (variant) => {
  const { page, context, faults } = await visit(variant);
  await page.getByRole('button', { name: /Жако/ }).click();
  await page.waitForURL(`${url}/analytics/`); // the first page of whoever steers the company
  const figures = page.locator('.figure');
  await figures.first().waitFor();
  await page.getByText('Europe/Moscow').waitFor(); // whose days these are

  // Live: what happens meanwhile is seen without a reload.
  await anotherFee();
  await expect
    .poll(async () => {
      const { profitCents, losers } = await today();
      const shown = (await figures.allTextContents()).map(plain);
      return shown[0]?.includes(digits(profitCents)) && shown[1] === String(losers);
    })
    .toBe(true);

  // The dearest task of each period is one of today's at least.
  const { topTask } = (await executive.get('/api/analytics/top-task?period=month')).body;
  const dearest = page.locator('section[aria-labelledby="dearest"] dd');
  await expect.poll(async () => plain(await dearest.last().textContent())).toContain(digits(topTask.rewardCents));
  expect(await dearest.count()).toBe(3);
  expect(await axeViolations(page)).toEqual([]);

  // Who is below zero, deepest first.
  const { items: losers } = (await executive.get('/api/analytics/losers')).body;
  await page.locator('section[aria-labelledby="losers"] summary').click();
  const rows = page.locator('section[aria-labelledby="losers"] tbody tr');
  if (losers.length > 0) {
    await rows.first().waitFor();
    await expect
      .poll(async () => (await executive.get('/api/analytics/losers')).body.items.length === (await rows.count()), {
        timeout: 10_000,
      })
      .toBe(true);
  }
  expect(await axeViolations(page)).toEqual([]);

  // The period is in the address, by button and by key, and survives a reload; the chart has a table beside it.
  const pressed = () => page.locator('[aria-pressed="true"]').getAttribute('aria-keyshortcuts');
  const points = () => page.locator('.chart tbody tr').count();
  expect([await pressed(), await points()]).toEqual(['m', 30]);
  await page.locator('[aria-keyshortcuts="w"]').click();
  await expect.poll(() => new URL(page.url()).search).toBe('?period=week');
  await page.reload();
  await expect.poll(pressed).toBe('w');
  expect(await points()).toBe(7);
  await page.locator('[aria-keyshortcuts="w"]').press('d');
  await expect.poll(() => new URL(page.url()).search).toBe('?period=day');
  expect(await points()).toBe(2); // with the day before, for one bar alone is no chart
  await page.goBack();
  await expect.poll(pressed).toBe('w');

  // A day by itself: asked for when it is opened, and in the address.
  await page.locator('summary h2').click();
  const dearestOf = page.locator('section[aria-labelledby="day-dearest"] tbody tr');
  const { items: five } = (await executive.get('/api/analytics/top-tasks')).body;
  await expect.poll(() => dearestOf.count()).toBe(five.length);
  expect(await dearestOf.first().textContent()).toContain(five[0].title);
  await expect.poll(() => page.locator('section[aria-labelledby="day-losers"] tbody tr').count()).toBe(losers.length);
  expect(await axeViolations(page)).toEqual([]);
  const before = '2020-01-01';
  await page.locator('input[type="date"]').fill(before);
  await expect.poll(() => new URL(page.url()).searchParams.get('on')).toBe(before);
  await expect.poll(() => dearestOf.count()).toBe(0); // nothing was closed that day
  await page.reload();
  await expect.poll(() => page.locator('input[type="date"]').inputValue()).toBe(before);

  // From the figure to the rows behind it; nothing here that only an admin may do.
  expect(await page.locator('#rebuild').count()).toBe(0);
  await figures.first().getByRole('link').click();
  await page.waitForURL(`${url}/accounts/all/?day=${(await today()).date}`);
  expect(faults).toEqual([]);
  await context.close();
});

it.each(VARIANTS)(
  'an admin has days counted again, once it is said which, and no figure moves: $name',
  async (variant) => {
    const { page, context, faults } = await visit(variant, '/auth/?back=/analytics/');
    await page.getByRole('button', { name: /Ара/ }).click();
    await page.waitForURL(`${url}/analytics/`);
    const section = page.locator('section[aria-labelledby="rebuild"]');
    await section.getByRole('button').click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape'); // nothing is done
    await dialog.waitFor({ state: 'detached' });
    expect(await section.getByRole('status').textContent()).toBe('');

    const before = (await executive.get('/api/analytics/days')).body;
    await section.getByRole('button').click();
    const asked = page.waitForResponse('**/api/analytics/rebuild');
    await dialog.locator('.main').click();
    const { id } = await (await asked).json();
    await expect.poll(() => stateOf(id)).toBe('done');
    await expect.poll(() => section.getByRole('status').textContent()).not.toBe('');
    expect(await axeViolations(page)).toEqual([]);
    expect((await executive.get('/api/analytics/days')).body).toEqual(before);
    expect(faults).toEqual([]);
    await context.close();
  },
);

it('a screen on the wall shows the figures large and alone, stays signed in, and keeps them while the server is away', async () => {
  const { page, context, faults } = await visit(VARIANTS[1], '/auth/?back=/analytics/');
  await page.getByRole('button', { name: /Жако/ }).click();
  await page.waitForURL(`${url}/analytics/`);
  const figure = page.locator('.figure').first();
  const size = () =>
    page
      .locator('.facts dd')
      .first()
      .evaluate((text) => Number.parseFloat(getComputedStyle(text).fontSize));
  await figure.waitFor();
  const usual = await size();
  await page.getByRole('link', { name: 'For a screen on the wall' }).click();
  await page.waitForURL(`${url}/analytics/?kiosk=1`);
  await figure.waitFor();
  await expect.poll(() => page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.getByRole('button').count()).toBe(0);
  expect(await size()).toBeGreaterThan(usual * 1.15);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await axeViolations(page)).toEqual([]);

  // Its short token has ended: it gets another, and what happens is seen.
  const shows = async () => plain(await figure.textContent()).includes(digits((await today()).profitCents));
  await context.clearCookies({ name: 'ates_session' });
  await anotherFee();
  await expect.poll(async () => (await context.cookies()).map(({ name }) => name)).toContain('ates_session');
  await expect.poll(shows).toBe(true);

  const said = await figure.textContent();
  await context.setOffline(true);
  await page.getByText('reconnecting, data as of').waitFor();
  expect(await figure.textContent()).toBe(said);
  await anotherFee();
  await context.setOffline(false);
  await expect.poll(shows).toBe(true);
  await page.getByRole('link', { name: 'Back to the usual view' }).click();
  await page.getByRole('navigation').waitFor();
  expect(faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault))).toEqual([]);
  await context.close();
});

it('printed, the page is its figures and its chart: no buttons, no filters, nothing that is closed', async () => {
  const { page, context } = await visit(VARIANTS[1], '/auth/?back=/analytics/');
  await page.getByRole('button', { name: /Жако/ }).click();
  await page.waitForURL(`${url}/analytics/`);
  await page.locator('.figure').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.figure:visible').count()).toBe(2);
  expect(await page.locator('.chart svg').isVisible()).toBe(true);
  for (const gone of ['button', 'summary', 'nav', '.live', '.no-print']) {
    expect(await page.locator(`${gone}:visible`).count(), gone).toBe(0);
  }
  await context.close();
});
