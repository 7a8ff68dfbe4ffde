import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { startPart, stopPart } from './command-line.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const [phone, desktop] = VARIANTS;
const url = process.env.ATES_TEST_URL ?? '';

/** A new task, and the demo worker who got it. */
async function addedTask() {
  const manager = await Visitor.signIn('manager');
  const title = `Перья ${randomUUID()}`;
  const { body: task } = await manager.send('POST', '/api/tasks', { title });
  const worker = await Visitor.signInById(task.userId);
  const { name } = (await worker.get('/api/auth/session')).body;
  return { title, task, worker, name };
}

/** As the pages write it: there may be thousands, which other tests have left. */
const number = (count: number, language = 'en') => count.toLocaleString(language);
const dollars = (cents: number) => `$${(cents / 100).toFixed(2)}`;

const hasFocus = (element: Locator) => element.evaluate((one) => one === document.activeElement);

/** The keys of the commands that end so, as the page sends them. */
function keysOf(page: Page, end: string): string[] {
  const keys: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith(end))
      keys.push(request.headers()['idempotency-key'] ?? 'none');
  });
  return keys;
}

/** The server does what these ask for, and the page never hears of it; until the function that this gives is called. */
async function loseAnswers(page: Page, glob: string): Promise<() => void> {
  let isHeard = false;
  await page.route(glob, async (route) => {
    if (isHeard) return route.continue();
    await route.fetch();
    await route.abort();
  });
  return () => {
    isHeard = true;
  };
}

/** The worker who has most open tasks, after so many were added that these are at least four: each is charged for. */
async function busiest() {
  const manager = await Visitor.signIn('manager');
  for (;;) {
    const [most] = (await manager.get('/api/tasks/workload?limit=1')).body.items;
    if (most?.openCount >= 4) {
      const { name } = (await manager.get(`/api/auth/users/${most.userId}`)).body;
      return { manager, name, userId: most.userId as string };
    }
    await manager.send('POST', '/api/tasks', { title: `Зерно ${randomUUID()}` });
  }
}

it('a worker closes a task on a phone, sees it go before the server has answered, and earns the reward', async () => {
  const { title, task, worker, name } = await addedTask();
  const { page, context, faults } = await visit(phone, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const row = page.getByRole('row').filter({ hasText: title });
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/close', (route) => held.then(() => route.continue()));
  await row.getByRole('button').click();
  await expect.poll(() => row.count()).toBe(0); // the server has not answered yet
  answer();
  await page.getByText(`Закрыто: «${title}»`).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await expect
    .poll(async () => (await worker.get('/api/accounts/me/transactions?kind=reward')).body.items)
    .toContainEqual(expect.objectContaining({ taskId: task.id, sumCents: task.rewardCents }));
  expect(faults).toEqual([]);
  await context.close();
});

it('the header tells all open tasks and what closing them brings, also of those on later pages, and follows a closing', async () => {
  const { manager, name, userId } = await busiest();
  const totalsOf = async () => (await manager.get(`/api/tasks?assignee=${userId}&status=open&limit=1`)).body.totals;
  const { page, context, faults } = await visit(desktop, '/auth/?back=/tasks/');
  // A first page of two, so that nobody needs twenty tasks.
  const small = (address: URL) => address.search.endsWith('assignee=me&status=open&limit=20');
  await page.route(small, (route) => route.continue({ url: route.request().url().replace('limit=20', 'limit=2') }));
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const section = page.locator('section[aria-labelledby="mine"]');
  const rows = section.locator('tbody tr');
  await rows.nth(1).waitFor();
  const header = async () => {
    const { count, rewardCents } = await totalsOf();
    const sum = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(rewardCents / 100);
    return count === 1 ? `1 task, +${sum} for closing it` : `${number(count)} tasks, +${sum} for closing them`;
  };
  const shown = () => section.locator('.head p').textContent();
  await expect.poll(shown).toBe(await header());

  // Of those on a later page, too; and before the server has answered.
  await page.getByRole('button', { name: '50 more' }).click();
  await rows.nth(3).waitFor();
  const { count } = await totalsOf();
  for (const row of [rows.last(), rows.first()]) await row.getByRole('button').click();
  await expect.poll(async () => (await totalsOf()).count).toBe(count - 2);
  await expect.poll(shown).toBe(await header());
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/close', (route) => held.then(() => route.continue()));
  await rows.last().getByRole('button').click();
  await expect.poll(async () => (await shown())?.startsWith(`${number(count - 3)} task`)).toBe(true);
  answer();
  await expect.poll(async () => (await totalsOf()).count).toBe(count - 3);
  await expect.poll(shown).toBe(await header());
  expect(faults).toEqual([]);
  await context.close();
});

it('keys close the task of a row, and those of several rows by a command each; what is refused is told with the others', async () => {
  const { manager, name, userId } = await busiest();
  const tasks = (await manager.get(`/api/tasks?assignee=${userId}&status=open&limit=4`)).body.items;
  const { page, context, faults } = await visit(desktop, '/auth/?back=/tasks/');
  const commands: { path: string; key: string | undefined }[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/close')) return;
    commands.push({ path: new URL(request.url()).pathname, key: request.headers()['idempotency-key'] });
  });
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const rowOf = ({ title }: { title: string }) => page.getByRole('row').filter({ hasText: title });
  await rowOf(tasks[3]).waitFor();

  await page.keyboard.press('x'); // no row has the focus: nothing
  await page.keyboard.press('j');
  await expect
    .poll(() =>
      rowOf(tasks[0])
        .getByRole('link')
        .evaluate((link) => link === document.activeElement),
    )
    .toBe(true);
  await page.keyboard.press('x');
  await page.getByText(`Closed: “${tasks[0].title}”`).waitFor();
  expect(commands.map(({ path }) => path)).toEqual([`/api/tasks/${tasks[0].id}/close`]);
  await expect.poll(() => rowOf(tasks[0]).count()).toBe(0);
  expect(
    await rowOf(tasks[1])
      .getByRole('link')
      .evaluate((link) => link === document.activeElement),
  ).toBe(true);

  const selected = page.locator('tr[data-selected]');
  await page.keyboard.press('Shift+J');
  await page.getByText('Tasks selected: 2.').waitFor();
  await page.keyboard.press('Escape'); // selects none, and leaves the focus where it is
  await expect.poll(() => selected.count()).toBe(0);
  await page.keyboard.press('k');
  for (const key of ['Shift+J', 'Shift+J', 'Shift+K', 'Shift+J']) await page.keyboard.press(key);
  await page.getByText('Tasks selected: 3.').waitFor({ timeout: 10_000 });
  expect(await axeViolations(page)).toEqual([]);
  // One of them was closed elsewhere, and this page has not asked again since.
  await page.route('**/api/tasks?*', (route) => route.abort());
  await (await Visitor.signInById(userId)).send('POST', `/api/tasks/${tasks[2].id}/close`, {});
  await page.keyboard.press('x');
  const reward = ((tasks[1].rewardCents + tasks[3].rewardCents) / 100).toFixed(2);
  await page.getByText(`Closed 2 tasks, earned $${reward}. Refused: 1.`).waitFor();
  await page.getByRole('alert').getByText('The task is closed already').waitFor();
  expect(
    commands
      .slice(1)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(
    tasks
      .slice(1)
      .map(({ id }: { id: string }) => `/api/tasks/${id}/close`)
      .sort(),
  );
  expect(new Set(commands.map(({ key }) => key)).size).toBe(4);
  expect(await selected.count()).toBe(0);
  await page.unroute('**/api/tasks?*');
  await page.keyboard.press('c');
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('title');
  expect(await page.getByLabel('What is to be done').inputValue()).toBe('');
  expect(faults.filter((fault) => !/ERR_FAILED|status of 409/.test(fault))).toEqual([]);
  await context.close();
});

it('a closing that is refused is told with its reason, and the list is true again', async () => {
  const { title, task, worker, name } = await addedTask();
  const { page, context } = await visit(desktop, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const row = page.getByRole('row').filter({ hasText: title });
  await row.waitFor();
  // It was closed elsewhere a moment ago, and this page has not asked again since.
  await page.route('**/api/tasks?*', (route) => route.abort());
  await worker.send('POST', `/api/tasks/${task.id}/close`, {});
  await row.getByRole('button').click();
  await page.getByRole('alert').getByText('The task is closed already').waitFor();
  await page.unroute('**/api/tasks?*');
  await expect.poll(() => row.count(), { timeout: 10_000 }).toBe(0);

  // A server that is away is another matter: the task is the worker's still, and comes back.
  let other = await addedTask();
  while (other.name !== name) other = await addedTask();
  const again = page.getByRole('row').filter({ hasText: other.title });
  await again.waitFor();
  const away = { status: 503, body: '{"type":"/problems/temporarily-unavailable"}' };
  await page.route('**/close', (route) => route.fulfill(away));
  await again.getByRole('button').click();
  await page.getByRole('alert').getByText('nothing was changed').waitFor();
  await again.waitFor();
  await context.close();
});

it('a closing whose answer was lost is asked for again under its key, until the page tells whether it counted', async () => {
  const { title, task, worker, name } = await addedTask();
  const { page, context } = await visit(desktop, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const keys = keysOf(page, '/close');
  const hearAgain = await loseAnswers(page, '**/close');
  const row = page.getByRole('row').filter({ hasText: title });
  await row.getByRole('button').click();
  await page.getByText(`No answer yet: ${title}.`).waitFor();
  expect(await page.getByText(`Closed: “${title}”`).count()).toBe(0); // nobody knows
  expect(await row.count()).toBe(0);
  await expect.poll(() => keys.length).toBeGreaterThan(1);
  hearAgain();
  await page.getByText(`Closed: “${title}”, earned ${dollars(task.rewardCents)}`).waitFor();
  await expect.poll(() => page.getByText('No answer yet').count()).toBe(0);
  expect(new Set(keys).size).toBe(1);
  expect((await worker.get(`/api/tasks/${task.id}`)).body).toMatchObject({ status: 'closed', version: 2 });

  // One that never got there is closed by the repetition; on its own page as well.
  let other = await addedTask();
  while (other.name !== name) other = await addedTask();
  await page.goto(`${url}/tasks/task/?id=${other.task.id}`);
  await page.route('**/close', (route) => route.abort());
  await page.getByRole('button', { name: 'Close the task' }).press('Enter');
  await page.getByText('No answer yet').waitFor();
  await page.unroute('**/close');
  await page.getByText(`The task is closed, earned ${dollars(other.task.rewardCents)}`).waitFor();
  expect(await hasFocus(page.getByRole('heading', { name: other.title }))).toBe(true);
  await context.close();
});

it('Enter on the button of a row leads to the next row, and from the last one to the heading', async () => {
  const { manager, name, userId } = await busiest();
  const totals = async () => (await manager.get(`/api/tasks?assignee=${userId}&status=open&limit=1`)).body.totals;
  const worker = await Visitor.signInById(userId);
  while ((await totals()).count > 3) {
    const { items } = (await manager.get(`/api/tasks?assignee=${userId}&status=open`)).body;
    await Promise.all(
      items.slice(3).map(({ id }: { id: string }) => worker.send('POST', `/api/tasks/${id}/close`, {})),
    );
  }
  const { page, context, faults } = await visit(desktop, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.waitForURL(`${url}/tasks/`);
  const rows = page.locator('section[aria-labelledby="mine"] tbody tr');
  await rows.nth(2).waitFor();
  const titles = await rows.getByRole('link').allTextContents();
  const press = (title = '') => page.getByRole('button', { name: `Close: ${title}` }).press('Enter');
  const link = (title = '') => rows.getByRole('link', { name: title });
  await press(titles[1]);
  await expect.poll(() => hasFocus(link(titles[2]))).toBe(true);
  await press(titles[2]);
  await expect.poll(() => hasFocus(link(titles[0]))).toBe(true);
  await press(titles[0]);
  await expect.poll(() => hasFocus(page.getByRole('heading', { name: 'My open tasks' }))).toBe(true);
  await page.getByText('No open tasks').waitFor();
  expect(await hasFocus(page.getByRole('heading', { name: 'My open tasks' }))).toBe(true);
  expect(faults).toEqual([]);
  await context.close();
});

/** Pastes into the field of a title, as the clipboard would. */
const paste = (page: Page, lines: readonly string[]) =>
  page.locator('input[name=title]').evaluate((field, text) => {
    (field as HTMLElement).focus();
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, lines.join('\n'));

it('of pasted lines a refused one keeps no other back and waits with its reason to be corrected; another paste loses none', async () => {
  const manager = await Visitor.signIn('manager');
  const mark = randomUUID();
  const addedWith = async () =>
    (await manager.get(`/api/tasks?q=${mark}&limit=200`)).body.items
      .map(({ title }: { title: string }) => title)
      .sort();
  const { page, context } = await visit(desktop, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL(`${url}/tasks/`);
  const dialog = page.getByRole('dialog');
  await paste(page, [`${mark} one`, `${mark} [two]`, `${mark} three`]);
  await dialog.getByText('Add 3 tasks').waitFor();
  await dialog.getByRole('button', { name: 'Add' }).dblclick();
  await page.getByText('Added 2 of 3. The others were not added:').waitFor();
  await page.getByText('without [ ]').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(await addedWith()).toEqual([`${mark} one`, `${mark} three`]);
  await expect.poll(() => hasFocus(page.getByLabel('What is to be done'))).toBe(true);

  await paste(page, [`${mark} four`, `${mark} five`]);
  await dialog.getByRole('button', { name: 'Add' }).click();
  const four = [`${mark} five`, `${mark} four`, `${mark} one`, `${mark} three`];
  await expect.poll(addedWith).toEqual(four);
  await expect.poll(() => dialog.count()).toBe(0);

  const lines = page.getByLabel('Correct them and add them again');
  expect(await lines.inputValue()).toBe(`${mark} [two]`);
  await lines.fill(`${mark} two`);
  await page.locator('form').filter({ has: lines }).getByRole('button', { name: 'Add', exact: true }).click();
  await expect.poll(addedWith).toEqual([...four, `${mark} two`]);
  await expect.poll(() => lines.count()).toBe(0);
  await context.close();
});

it('more than a hundred pasted lines are counted, and all are added, each once, though an answer is lost', async () => {
  const manager = await Visitor.signIn('manager');
  const mark = randomUUID();
  const { page, context } = await visit(phone, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL(`${url}/tasks/`);
  await paste(
    page,
    Array.from({ length: 103 }, (_, n) => `${mark} ${n}`),
  );
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Добавить задачи: 103').waitFor();
  await dialog.getByText('…и ещё 3').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const hearAgain = await loseAnswers(page, '**/api/tasks');
  await dialog.getByRole('button', { name: 'Добавить' }).click();
  await page.getByText('Ответа пока нет').waitFor();
  hearAgain();
  const count = async () => (await manager.get(`/api/tasks?q=${mark}&limit=200`)).body.items.length;
  await expect.poll(count, { timeout: 60_000 }).toBe(103);
  await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
  expect(await count()).toBe(103);
  await context.close();
});

it('a title of blanks is asked for in words, and a Jira id in small letters is taken as it is meant', async () => {
  const { page, context, faults } = await visit(desktop, '/auth/?back=/tasks/');
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL(`${url}/tasks/`);
  const field = page.getByLabel('What is to be done');
  await field.fill('   ');
  await field.press('Enter');
  await page.getByRole('alert').getByText('Type what is to be done.').waitFor();
  const title = `Перья ${randomUUID()}`;
  await field.fill(title);
  await page.getByLabel('Jira id').fill('abc-12');
  await page.getByLabel('Jira id').press('Enter');
  const row = page.locator('form').getByRole('row').filter({ hasText: title });
  await row.getByText('ABC-12').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('a manager reassigns all open tasks: told what it hits, pressed twice it is one job, and the result is by person', async () => {
  const { task, worker } = await addedTask();
  await worker.send('POST', `/api/tasks/${task.id}/close`, {});
  await addedTask();
  const { page, context, faults } = await visit(desktop, '/auth/?back=/tasks/all/');
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL(`${url}/tasks/all/`);
  expect(await axeViolations(page)).toEqual([]);
  // A row with a button is as high as one without.
  const lowest = async (rows: Locator) =>
    Math.min(...(await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height))));
  const rows = page.locator('section > .over tbody tr');
  await rows
    .filter({ hasNot: page.getByRole('button') })
    .first()
    .waitFor();
  const withButton = await lowest(rows.filter({ has: page.getByRole('button') }));
  expect(Math.abs(withButton - (await lowest(rows.filter({ hasNot: page.getByRole('button') }))))).toBeLessThan(3);
  await page.getByRole('button', { name: 'Reassign all open tasks' }).click();
  const dialog = page.getByRole('dialog');
  const manager = await Visitor.signIn('manager');
  const preview = (await manager.get('/api/tasks/reassignments/preview')).body;
  await dialog.getByText(`Open tasks: ${number(preview.tasks)}.`).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const before = (await manager.get('/api/tasks/reassignments?limit=200')).body.items.length;
  await dialog.getByRole('button', { name: 'Reassign' }).dblclick();
  await page.getByText(`Reassigned: ${number(preview.tasks)}, closed meanwhile: 0`).waitFor({ timeout: 20_000 });
  expect((await manager.get('/api/tasks/reassignments?limit=200')).body.items.length).toBe(before + 1);
  expect(faults).toEqual([]);
  await context.close();
});

it('a reassignment is told to whoever opens the page later, and in the question before the next one; one that runs or would hit nothing is not offered', async () => {
  await addedTask();
  const manager = await Visitor.signIn('manager');
  const { id, total } = (await manager.send('POST', '/api/tasks/reassignments', {})).body;
  const job = async () => (await manager.get(`/api/tasks/reassignments/${id}`)).body;
  await expect.poll(async () => (await job()).state, { timeout: 20_000 }).toBe('done');
  const { page, context, faults } = await visit(phone, '/auth/?back=/tasks/all/');
  await page.getByRole('button', { name: /Макао/ }).click();
  await page.waitForURL(`${url}/tasks/all/`);
  const { name } = (await manager.get('/api/auth/session')).body;
  await page.getByText(`Переназначение: ${name}, `).click();
  await page.getByText(`Переназначено задач: ${number((await job()).done, 'ru')}`).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const button = page.getByRole('button', { name: 'Переназначить все открытые' });
  await button.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(new RegExp(`${name}, (в эту минуту|\\d минут.? назад)`)).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Не сейчас' }).click();
  await expect.poll(() => hasFocus(button)).toBe(true);

  // A job of a few tasks is over before anybody could see it: the page is told that it still runs.
  await page.route('**/api/tasks/reassignments?limit=1', async (route) => {
    const response = await route.fetch();
    const { items } = await response.json();
    await route.fulfill({ response, json: { items: [{ ...items[0], state: 'running', done: 0 }], nextCursor: null } });
  });
  await page.reload();
  await page.getByText(`Готово 0 из ${number(total, 'ru')}.`).waitFor();
  await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
  await button.press('Enter');
  await page.unrouteAll({ behavior: 'wait' });
  await expect.poll(() => button.getAttribute('aria-disabled')).toBe('false');
  expect(await dialog.count()).toBe(0);

  // Others' tasks are open here: the page is told that there are none.
  await page.route('**/preview', (route) => route.fulfill({ json: { tasks: 0, workers: 5, feesCents: 0 } }));
  await button.press('Enter');
  await page.getByText('Открытых задач нет, переназначать нечего.').waitFor();
  expect(await dialog.count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('one task is reassigned after a question that names the fee, once however often it is pressed and whatever answer is lost, and whoever got it is told', async () => {
  const { title, task } = await addedTask();
  const { page, context } = await visit(desktop, `/auth/?back=${encodeURIComponent(`/tasks/all/?q=${title}`)}`);
  await page.getByRole('button', { name: /Макао/ }).click();
  const keys = keysOf(page, '/assign');
  const hearAgain = await loseAnswers(page, '**/assign');
  const button = page.getByRole('button', { name: `Reassign: ${title}` });
  await button.dblclick();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`is charged ${dollars(task.feeCents)}`).waitFor();
  expect(keys).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Reassign' }).dblclick();
  await page.getByText('no answer yet').waitFor();
  await expect.poll(() => dialog.count()).toBe(0);
  expect(await hasFocus(button)).toBe(true);
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  await button.press('Enter');
  hearAgain();
  await page.getByText(new RegExp(`(was given to|drawn again).*charged \\${dollars(task.feeCents)}`)).waitFor();
  expect(await dialog.count()).toBe(0);
  const manager = await Visitor.signIn('manager');
  const { version, userId } = (await manager.get(`/api/tasks/${task.id}`)).body;
  expect(version).toBe(2);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  const { name } = (await manager.get(`/api/auth/users/${userId}`)).body;
  await page.getByRole('status').locator('.notice').filter({ hasText: name }).filter({ hasText: title }).waitFor();
  expect(await button.getAttribute('aria-disabled')).toBe('false');

  // On its own page, too; and what was told is no part of another search.
  await page.getByRole('searchbox').fill('');
  await page.getByRole('searchbox').press('Enter');
  await expect.poll(() => page.locator('.told .notice').count()).toBe(0);
  await page.goto(`${url}/tasks/task/?id=${task.id}`);
  await page.getByRole('button', { name: 'Reassign' }).dblclick();
  await dialog.getByRole('button', { name: 'Reassign' }).dblclick();
  await page.getByText(/(was given to|drawn again)/).waitFor();
  await expect.poll(() => dialog.count()).toBe(0);
  expect((await manager.get(`/api/tasks/${task.id}`)).body.version).toBe(3);
  await context.close();
});

it.each(VARIANTS)(
  'whoever opens the workload sees who has how many open tasks, and goes from a name to them: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const { task, worker, name } = await addedTask();
    const { page, context, faults } = await visit(variant, '/auth/?back=/tasks/all/');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('button', { name: /Макао/ }).click();
    await page.waitForURL(`${url}/tasks/all/`);
    await page.locator('tbody tr').first().waitFor();
    expect(asked).not.toContain('/api/tasks/workload'); // nobody pays for what is closed
    await page.locator('summary', { hasText: isRussian ? 'У кого сколько' : 'Who has how many' }).click();
    const row = page.locator('details tbody tr').filter({ hasText: name });
    const open = async () => (await worker.get('/api/tasks?assignee=me&status=open&limit=1')).body.totals.count;
    // Others have left many: the languages write thousands differently.
    const shown = async () => Number((await row.locator('.load').textContent())?.replaceAll(/\D/g, ''));
    await expect.poll(async () => (await shown()) - (await open())).toBe(0);
    const most = page.locator('details tbody rect').first();
    expect(await most.getAttribute('width')).toBe('100');
    expect(await axeViolations(page)).toEqual([]);
    await row.getByRole('link').click();
    await expect.poll(() => new URL(page.url()).search).toBe(`?assignee=${task.userId}&status=open`);
    await expect.poll(() => page.locator('section > .over tbody tr td:nth-child(2)').allTextContents()).toContain(name);
    expect(new Set(await page.locator('section > .over tbody tr td:nth-child(2)').allTextContents())).toEqual(
      new Set([name]),
    );
    expect(await row.count()).toBe(1); // it stays open
    expect(faults).toEqual([]);
    await context.close();
  },
);

it('filters of all tasks live in the address; a worker sees everybody’s tasks and no button to give them away', async () => {
  const { title, name } = await addedTask();
  const { page, context } = await visit(desktop, '/auth/?back=/tasks/all/');
  const somebodyElse = name === 'Гоша' ? /^Кеша/ : /^Гоша/;
  await page.getByRole('button', { name: somebodyElse }).click();
  await page.waitForURL(`${url}/tasks/all/`);
  const search = page.getByRole('searchbox');
  // The filters stand in one row.
  const bottoms = await page
    .locator('.filters .field')
    .evaluateAll((fields) => fields.map((field) => field.getBoundingClientRect().bottom));
  expect(new Set(bottoms).size).toBe(1);
  await search.fill(title.slice(0, 20));
  await search.press('Enter');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(title.slice(0, 20));
  const row = page.getByRole('row').filter({ hasText: title });
  await row.waitFor();
  expect(await row.textContent()).toContain('not shown');
  expect(await page.getByRole('button', { name: /Reassign/ }).count()).toBe(0);
  await page.reload();
  await row.waitFor();
  await context.close();
});

it('names that Auth cannot tell are asked for again, and come by themselves when it is back', async () => {
  const { title, name } = await addedTask();
  const { page, context } = await visit(desktop, '/auth/?back=/tasks/all/');
  await page.getByRole('button', { name: /Макао/ }).click();
  const row = page.getByRole('row').filter({ hasText: title });
  await row.getByText(name).waitFor();
  await stopPart('auth-api');
  await page.reload();
  await row.getByText('…').waitFor();
  await startPart('auth-api');
  await row.getByText(name).waitFor();
  await context.close();
});
