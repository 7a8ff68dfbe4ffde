import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Run, System } from '../../local/system.ts';
import { readBooks } from '../money/books.ts';
import { findings, findingsAtRest } from '../money/check.ts';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
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

/**
 * Everything that is open is closed by whoever has it, until worker 5, who has no card, and another are owed something,
 * and until one who closes nothing, and is not `earner`, is in debt.
 */
async function earn(manager: Visitor, earner: string): Promise<void> {
  const workers = await Promise.all([5, 4, 3, 2, 1].map((n) => Visitor.signIn(`worker${n}`)));
  const ids = await Promise.all(workers.map(async (worker) => (await worker.get('/api/auth/session')).body.id));
  const debtor = ids.findIndex((id, n) => n > 0 && id !== earner);
  const closeAll = async (worker: Visitor, index: number) => {
    const { body } = await worker.get('/api/tasks?assignee=me&status=open&limit=200');
    for (const { id } of index === debtor ? [] : body.items) await worker.send('POST', `/api/tasks/${id}/close`, {});
  };
  const balanceOf = async (worker: Visitor) => (await worker.get('/api/accounts/me')).body.balanceCents as number;
  for (let n = 0; n < 30; n += 1) {
    await Promise.all(workers.map(closeAll));
    const [last = 0, ...others] = await Promise.all(workers.map(balanceOf));
    if (last > 0 && others.some((cents) => cents > 0) && (others[debtor - 1] ?? 0) < 0) return atRest();
    for (let more = 0; more < 5; more += 1)
      await manager.send('POST', '/api/tasks', { title: `Ещё одна ${n}.${more}` });
  }
  throw new Error('nobody ever earned anything, or nobody is in debt');
}

/** Nothing is under way any more, and no book has lost or doubled anything. */
const atRest = () =>
  expect.poll(async () => findingsAtRest(await readBooks(run)), { timeout: 30_000, interval: 500 }).toEqual([]);
const dollars = (cents: number) => (Math.abs(cents) / 100).toFixed(2);

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
    .waitFor({ timeout: 10_000 });
  await workers.close();

  // The accountant closes the day early: is told whom it hits, presses twice, and sees it go on and what was paid.
  await earn(manager, task.userId);
  const accountant = await Visitor.signIn('accountant');
  const { today } = (await accountant.get('/api/accounts/me')).body;
  const day = async () => (await accountant.get(`/api/accounts/days/${today.date}`)).body;
  const { payouts, debts } = await day();
  const closing = await open(/Корелла/, '/accounts/company/', phone);
  await closing.getByRole('button', { name: 'Закрыть сегодня досрочно' }).click();
  const dialog = closing.getByRole('dialog');
  const said = async () => ((await dialog.textContent()) ?? '').replaceAll(/\s/g, '').replaceAll(',', '.');
  await expect.poll(said).toContain(`получатвыплату:${payouts.count}.вместе${dollars(payouts.totalCents)}$`);
  expect(await said()).toContain(`Долгипереходятнаследующийдень:${debts.count}.вместе-${dollars(debts.cents)}$`);
  expect(await axeViolations(closing)).toEqual([]);
  await dialog.getByRole('button', { name: 'Закрыть и выплатить' }).dblclick();
  const panel = closing.locator('section[aria-labelledby=day]');
  await panel.getByRole('status').filter({ hasText: 'закрыт досрочно' }).waitFor({ timeout: 20_000 });
  await panel.getByText('Корелла').waitFor();
  expect(await day()).toMatchObject({ state: 'closed', early: true, payouts });
  await panel.locator('dd a').click();
  await closing.waitForURL(`${run.url}/accounts/all/?day=${today.date}&kind=payout`);
  await closing.getByRole('row').filter({ hasText: 'выплата' }).first().waitFor();
  await closing.close();

  // What was owed is paid at the bank; who has no card sets one, and is paid too.
  const accountants = await open(/Корелла/, '/billing/');
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

  await atRest();
  expect(findings(await readBooks(run))).toEqual([]);
}, 240_000);
