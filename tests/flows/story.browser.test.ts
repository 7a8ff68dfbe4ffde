import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Run, System } from '../../local/system.ts';
import { readBooks } from '../money/books.ts';
import { findings, findingsAtRest } from '../money/check.ts';
import { openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const [phone, desktop] = VARIANTS;
let system: System;
let run: Run;

// A company of its own: its day is closed here, and at the end every book is compared.
beforeAll(async () => {
  const { ATES_PORT: _port, ...env } = process.env;
  system = new System({ dataDir: '.ates/test-story', fresh: true, env: { ...env, ATES_RATE_LIMIT: '0' } });
  run = await system.start();
  process.env.ATES_TEST_URL = run.url;
  process.env.ATES_TEST_DATA = system.dataDir;
});
afterAll(() => system?.stop());

const faults: string[] = [];

/** The browser of somebody who signs in by a demo button. */
async function open(name: RegExp, path: string, variant: (typeof VARIANTS)[number] = desktop): Promise<Page> {
  const visited = await visit(variant, `/auth/?back=${encodeURIComponent(path)}`);
  await visited.page.getByRole('button', { name }).click();
  await visited.page.waitForURL(`${run.url}${path}`);
  visited.page.on('close', () => faults.push(...visited.faults));
  return visited.page;
}

/** Everything that is open is closed by whoever has it, until worker 5, who has no card, and another are owed something. */
async function earn(manager: Visitor): Promise<void> {
  const workers = await Promise.all([1, 2, 3, 4, 5].map((n) => Visitor.signIn(`worker${n}`)));
  const balances = () =>
    Promise.all(workers.map(async (worker) => (await worker.get('/api/accounts/me')).body.balanceCents as number));
  const closeAll = async (worker: Visitor) => {
    const { body } = await worker.get('/api/tasks?assignee=me&status=open&limit=200');
    for (const { id } of body.items) await worker.send('POST', `/api/tasks/${id}/close`, {});
  };
  for (let n = 0; n < 30; n += 1) {
    await Promise.all(workers.map(closeAll));
    const [last = 0, ...others] = (await balances()).reverse();
    if (last > 0 && others.some((cents) => cents > 0)) return;
    for (let more = 0; more < 5; more += 1)
      await manager.send('POST', '/api/tasks', { title: `Ещё одна ${n}.${more}` });
  }
  throw new Error('nobody ever earned anything');
}

it('the newcomer’s story, from the first task to the money at the bank and the letter', async () => {
  // The manager adds tasks in a burst, and gives all of them to others.
  const managers = await open(/Макао/, '/tasks/');
  const input = managers.locator('form input').first();
  for (const title of ['Пересчитать зёрна', 'Починить жёрдочку', 'Заказать витамины', 'Почистить кормушку']) {
    await input.fill(title);
    await managers.keyboard.press('Enter');
    await managers
      .getByRole('status')
      .filter({ hasText: title })
      .or(managers.getByRole('cell', { name: title }))
      .first()
      .waitFor();
  }
  await managers.goto(`${run.url}/tasks/all/`);
  await managers.getByRole('button', { name: 'Reassign all open tasks' }).click();
  await managers.getByRole('dialog').getByText('Open tasks: 4.').waitFor();
  await managers.getByRole('dialog').getByRole('button', { name: 'Reassign' }).click();
  await managers.getByText('Reassigned: 4, closed meanwhile: 0').waitFor({ timeout: 20_000 });
  await managers.close();

  // The worker who has one of them closes it on a phone, and sees the money.
  const manager = await Visitor.signIn('manager');
  const [task] = (await manager.get('/api/tasks?status=open')).body.items;
  const worker = await (await Visitor.signInById(task.userId)).get('/api/auth/session');
  const workers = await open(new RegExp(`^${worker.body.name}`), '/tasks/', phone);
  await workers.getByRole('row').filter({ hasText: task.title }).getByRole('button').first().click();
  await workers.getByText(`Закрыто: «${task.title}»`).waitFor();
  await workers.goto(`${run.url}/accounts/`);
  const reward = `+${task.rewardCents / 100},00`;
  await workers
    .getByRole('row')
    .filter({ hasText: task.title })
    .filter({ hasText: reward })
    .waitFor({ timeout: 5_000 });
  await workers.close();

  // The accountant closes the day early.
  await earn(manager);
  const accountants = await open(/Корелла/, '/accounts/company/');
  await accountants.getByRole('button', { name: 'Close today early' }).click();
  await accountants.getByRole('dialog').getByRole('button', { name: 'Close and pay out' }).click();
  await accountants.getByRole('status').filter({ hasText: 'closed early' }).waitFor({ timeout: 20_000 });

  // What was owed is paid at the bank; who has no card sets one, and is paid too.
  await accountants.goto(`${run.url}/billing/`);
  const held = accountants.getByRole('row').filter({ hasText: 'Лори' }).filter({ hasText: 'held up' });
  await held.first().waitFor({ timeout: 15_000 });
  const without = await open(/^Лори/, '/billing/', phone);
  await without.getByRole('textbox').fill('4242 4242 4242 4242');
  await without.keyboard.press('Enter');
  await without.getByRole('row').filter({ hasText: 'выплачено' }).first().waitFor({ timeout: 15_000 });
  await without.close();
  await expect.poll(() => held.count(), { timeout: 15_000 }).toBe(0);

  // The letters are in the inbox, in the language of their readers.
  const inbox = await open(/Жако/, '/analytics/');
  await inbox.goto(run.inboxUrl);
  const letter = inbox.getByRole('link').filter({ hasText: 'worker5@ates.example' });
  await expect.poll(async () => (await inbox.reload()) && letter.count(), { timeout: 15_000 }).toBe(2);
  await letter.filter({ hasText: 'задержана' }).click();
  await inbox.getByText('карт').first().waitFor();

  // The executive sees what the accountant sees; and all books agree.
  await inbox.goto(`${run.url}/analytics/`);
  const { profitCents } = (await (await Visitor.signIn('executive')).get('/api/accounts/summary')).body.items.at(-1);
  const figure = inbox.locator('.figure').first();
  await expect.poll(() => figure.textContent()).toContain((Math.abs(profitCents) / 100).toFixed(2));
  await inbox.close();
  await accountants.goto(`${run.url}/accounts/company/`);
  await accountants.getByRole('button', { name: 'Reconcile the day' }).click();
  await accountants.getByText('Everything agrees').waitFor({ timeout: 60_000 });
  await accountants.close();
  expect(faults).toEqual([]);

  await expect.poll(async () => findingsAtRest(await readBooks(run)), { timeout: 30_000, interval: 500 }).toEqual([]);
  expect(findings(await readBooks(run))).toEqual([]);
}, 240_000);
