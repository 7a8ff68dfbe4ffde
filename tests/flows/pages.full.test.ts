import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { addressOf, firstLoad, measuredOn, PAGES, settled, signIn } from './pages.ts';
import { requestPayouts } from './payout-requests.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const [phone, desktop] = VARIANTS;
const url = () => process.env.ATES_TEST_URL ?? '';

beforeAll(async () => {
  // Worker 1 has a fee and a payout, so that there is something to look at.
  const userId = (await (await Visitor.signIn('worker1')).get('/api/auth/session')).body.id;
  const manager = await Visitor.signIn('manager');
  for (let n = 0, given = ''; given !== userId; n += 1) {
    expect(n).toBeLessThan(100);
    given = (await manager.send('POST', '/api/tasks', { title: `Вымыть клетку ${randomUUID()}` })).body.userId;
  }
  await requestPayouts([{ userId, businessDate: '2012-01-01', amountCents: 1_200 }]);
});

it.each(PAGES)('%s as %s: nothing is stopped by its policy, axe finds nothing, and it is small', async (path, who) => {
  const visited = await visit(phone, '/healthz');
  if (who) await signIn(visited.context, who);
  const { bytes } = await firstLoad(visited, await addressOf(path), false);
  expect(bytes).toBeLessThanOrEqual(25_000);
  expect(await axeViolations(visited.page)).toEqual([]);
  expect((await measuredOn(visited.page)).violations).toEqual([]);
  expect(visited.faults).toEqual([]);
  await visited.context.close();
});

it.each([
  ['/accounts/', 'worker1', 'My account'],
  ['/accounts/company/', 'accountant', 'Company'],
  ['/billing/', 'accountant', 'Payouts'],
])('%s as %s has on paper what one would file, and nothing to press', async (path, who, title) => {
  const { page, context } = await visit(desktop, '/healthz');
  await signIn(context, who);
  await page.goto(`${url()}${path}`);
  await page.locator('tbody tr').first().waitFor();
  const pressed = page.locator('button:visible:not(.opener), input:visible:not([type=range]), select:visible');
  expect(await pressed.count()).toBeGreaterThan(0);
  await page.emulateMedia({ media: 'print' });
  expect(await pressed.allTextContents()).toEqual([]);
  expect(await page.getByRole('navigation').isVisible()).toBe(false);
  expect(await page.getByRole('heading', { name: title, exact: true }).isVisible()).toBe(true);
  // Each amount stands below its heading: no cell has gone from the middle of a row.
  const edges = await page.locator('table tr:visible').evaluateAll((rows) =>
    rows.map((row) => {
      const cells = [...row.children].filter((cell) => cell.getBoundingClientRect().width > 0);
      return Math.round(cells.at(-1)?.getBoundingClientRect().right ?? 0);
    }),
  );
  expect(edges.length).toBeGreaterThan(1);
  expect(new Set(edges).size).toBe(1);
  await context.close();
});

it('the parts: a question opens and answers, and every state passes axe with it open', async () => {
  const { page, context, faults } = await visit(desktop, '/ui/');
  await page.locator('#ask').click();
  await page.getByRole('dialog').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Yes, do it' }).click();
  await page.getByText('It is done.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

it('keys lead through the sections and rows, in any layout; they can be switched off', async () => {
  const { page, context, faults } = await visit(desktop, '/healthz');
  await signIn(context, 'manager');
  await page.goto(`${url()}/tasks/all/`);
  await settled(page);
  const focused = () => page.evaluate(() => document.activeElement?.closest('tr')?.rowIndex ?? -1);

  await page.keyboard.press('j');
  await expect.poll(focused).toBe(1);
  await page.keyboard.press('/');
  await expect.poll(() => page.getByRole('searchbox').evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.type('jk?'); // in a field they are letters
  expect(await page.getByRole('searchbox').inputValue()).toBe('jk?');
  await page.getByRole('searchbox').fill('');
  await page.getByRole('heading', { level: 1 }).click();

  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(page.url()).toBe(`${url()}/tasks/all/`); // closing it was no way back

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: /Section/ });
  await palette.waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await palette.fill('account');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${url()}/accounts/`);
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL(`${url()}/tasks/`);
  await settled(page);

  await page.keyboard.press('Control+k');
  await palette.fill('switch the keys');
  await page.keyboard.press('Enter');
  await page.getByText('The keys are off').waitFor();
  await page.keyboard.press('?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('pasted lines become tasks after a look at them; each has its page, with its history and its rows', async () => {
  const { page, context, faults } = await visit(desktop, '/healthz');
  await signIn(context, 'admin');
  await page.goto(`${url()}/tasks/`);
  const names = [1, 2, 3].map((n) => `Task ${n} ${randomUUID()}`);
  const text = `- ${names[0]}\nABC-7 ${names[1]}\n\n${names[2]}`;
  await page.locator('input[name=title]').evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
  const dialog = page.getByRole('dialog', { name: 'Add 3 tasks' });
  await dialog.waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  for (const name of names) await page.getByRole('cell', { name }).waitFor();

  await page.getByRole('link', { name: names[1] as string }).click();
  await page.waitForURL('**/tasks/task/?id=*');
  await page.getByRole('heading', { name: `ABC-7 ${names[1]}` }).waitFor();
  await page.getByRole('row').filter({ hasText: 'assigned' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('link', { name: 'All transactions of this task' }).click();
  await page.waitForURL('**/accounts/all/?taskId=*');

  // A row opens: why it is there, and the trace that operators look for.
  const row = page.locator('section[aria-labelledby=statement] tbody tr');
  await expect.poll(() => row.count(), { timeout: 10_000 }).toBe(1);
  await row.getByRole('button', { name: 'fee' }).click();
  await page.getByText('The fee of an assignment').waitFor();
  await page.getByText(/Code for support: [0-9a-f]{32}/).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await row.first().getByRole('link').click();
  await page.waitForURL('**/tasks/task/?id=*');
  await settled(page);
  await page.keyboard.press('Escape');
  await page.waitForURL('**/accounts/all/?taskId=*');
  expect(faults).toEqual([]);
  await context.close();
});
