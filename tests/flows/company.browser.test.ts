import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, vi } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { settled, signIn } from './pages.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const [phone, desktop] = VARIANTS;
const url = process.env.ATES_TEST_URL ?? '';
const title = `Посчитать перья ${randomUUID()}`;
let accountant: Visitor;
let today: string;

/** A task that is closed: the company charges its fee and owes its reward. */
async function closedTask(named: string) {
  const { body: task } = await (await Visitor.signIn('manager')).send('POST', '/api/tasks', { title: named });
  const worker = await Visitor.signInById(task.userId);
  expect((await worker.send('POST', `/api/tasks/${task.id}/close`, {})).status).toBe(200);
  const isPosted = expect.objectContaining({ taskId: task.id, kind: 'reward' });
  const rows = async () => (await worker.get('/api/accounts/me/transactions?limit=200')).body.items;
  await vi.waitFor(async () => expect(await rows()).toContainEqual(isPosted), { timeout: 10_000 });
}

const dollars = (cents: number) => (Math.abs(cents) / 100).toFixed(2);
/** The text without what the languages write differently in amounts, which is also where a minus and thousands stand. */
const plain = (text: string | null) => (text ?? '').replaceAll(/[\s\u00a0]|,(?=\d{3})/g, '').replaceAll(',', '.');

async function openAs(page: Page, name: RegExp) {
  await page.getByRole('button', { name }).click();
  await page.waitForURL(`${url}/accounts/company/`); // the first page of whoever looks after the money
  await page.locator('#day').waitFor();
}

beforeAll(async () => {
  accountant = await Visitor.signIn('accountant');
  today = (await accountant.get('/api/accounts/me')).body.today.date;
  await closedTask(title);
});

it.each(VARIANTS)('an accountant goes from today’s profit to the rows behind it: $name', async (variant) => {
  const { page, context, faults } = await visit(variant);
  await openAs(page, /Корелла/);
  const { profitCents } = (await accountant.get('/api/accounts/summary')).body.items.at(-1);
  await expect.poll(async () => plain(await page.locator('.figure').textContent())).toContain(dollars(profitCents));
  await page.locator('.total').waitFor();
  expect(await axeViolations(page)).toEqual([]);

  // The chart goes from day to day by keys, and says each.
  const latest = await page.locator('figcaption').textContent();
  await page.getByRole('slider').press('ArrowLeft');
  await expect.poll(() => page.locator('figcaption').textContent()).not.toBe(latest);
  expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toBe(
    await page.locator('figcaption').textContent(),
  );

  const fees = page.locator('.figures dd a').first();
  const said = plain(await fees.textContent());
  await fees.click();
  await page.waitForURL(`${url}/accounts/all/?day=${today}&kind=fee`);
  await page.getByRole('row').filter({ hasText: title }).waitFor();
  let sum = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await accountant.get(`/api/accounts/transactions?day=${today}&kind=fee&limit=200${cursor}`);
    for (const { sumCents } of body.items) sum -= sumCents;
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
  }
  expect(said).toContain(dollars(sum));
  const total = page.locator('dl.facts dd'); // above its rows, however many pages of them there are
  await expect
    .poll(async () => plain(await total.allTextContents().then((all) => all.join('|'))))
    .toContain(dollars(sum));
  expect(await total.count()).toBe(1);
  expect(faults).toEqual([]);
  await context.close();
});

it.each(VARIANTS)('whoever looks after the money sees what the books of a day differ in: $name', async (variant) => {
  const { page, context, faults } = await visit(variant);
  const check = { ok: true, expected: 61_200, actual: 61_200, differences: [] };
  const lost = { id: randomUUID(), expected: 1_300, actual: null };
  const checks = [
    { ...check, name: 'balances' },
    { ...check, name: 'payouts', ok: false, actual: 59_900, differences: [lost] },
  ];
  await page.route('**/api/accounts/reconciliation?*', (route) =>
    route.fulfill({ json: { date: today, ok: false, settled: true, checks } }),
  );
  await openAs(page, /Корелла/);
  await page.getByRole('button', { name: variant.locale === 'ru-RU' ? 'Сверить день' : 'Reconcile the day' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('check')).toBe('1');
  await page.locator('details summary').click();
  await page.getByText(lost.id).waitFor();
  expect(plain(await page.locator('section[aria-labelledby=reconciliation]').textContent())).toMatch(
    /612\.00.*599\.00/,
  );
  expect(await axeViolations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

it('an executive sees the figures and no button that changes something', async () => {
  const { page, context, faults } = await visit(phone, '/auth/?back=/accounts/company/');
  await openAs(page, /Жако/);
  await page.locator('.total').waitFor();
  expect(await page.getByRole('button', { name: /Закрыть|Сверить/ }).count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('a day that has not begun yet is told apart from one before the first movement', async () => {
  const { page, context, faults } = await visit(desktop, '/healthz');
  await signIn(context, 'accountant');
  await page.goto(`${url}/accounts/company/?day=2999-01-01`);
  await page.getByText('This day has not begun yet.').waitFor();
  await page.goto(`${url}/accounts/company/?day=2001-01-01`);
  await page.getByText('There were no transactions yet on that day.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

it('a day that there is not, in an address, is ignored on every page that has days', async () => {
  const { page, context, faults } = await visit(phone, '/healthz');
  const answers: string[] = [];
  page.on('response', (response) => response.status() === 422 && answers.push(response.url()));
  for (const [path, whole] of [
    ['/accounts/company/?day=2026-13-45&from=2026-02-30&to=x', '.total'],
    ['/accounts/all/?day=2026-13-45', 'td button'],
    ['/billing/?day=2026-13-45', 'dl.facts'],
    ['/mailer/?day=2026-13-45', 'input[type=date]'],
    ['/analytics/?on=2026-13-45', '#period'],
  ] as const) {
    await signIn(context, path.startsWith('/analytics') ? 'executive' : 'accountant');
    await page.goto(`${url}${path}`);
    await page.locator(whole).first().waitFor();
    await settled(page);
    expect(await page.getByRole('alert').count(), path).toBe(0);
  }
  expect(answers).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

it.each([
  ['/accounts/company/?from=2026-03-02&to=2026-03-01', 'С дня', '.total'],
  ['/accounts/company/?from=2020-03-02&to=2026-03-01', 'С дня', '.total'],
  ['/billing/?state=lost', 'Состояние', 'dl.facts'],
  ['/accounts/all/?kind=lost', 'Вид', 'td button'],
])('a filter that cannot be is named, and can be taken back: %s', async (path, named, whole) => {
  const { page, context, faults } = await visit(phone, '/healthz');
  await signIn(context, 'accountant');
  await page.goto(`${url}${path}`);
  const alert = page.getByRole('alert').filter({ hasText: `Поля заполнены неверно: ${named}` });
  await alert.waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await alert.getByRole('link', { name: 'Сбросить фильтры' }).click();
  await page.waitForURL(`${url}${path.split('?')[0]}?`);
  await page.locator(whole).first().waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});
