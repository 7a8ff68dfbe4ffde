import { randomUUID } from 'node:crypto';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';

/** Whether the whole of it is on the screen. */
const seen = (what: Locator) =>
  what.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });

it.each(VARIANTS)('an accountant goes from the balances to the rows behind one of them: $name', async (variant) => {
  const manager = await Visitor.signIn('manager');
  const title = `Сверка ${randomUUID()}`;
  const { body: task } = await manager.send('POST', '/api/tasks', { title });
  const worker = await (await Visitor.signInById(task.userId)).get('/api/auth/session');

  const { page, context, faults } = await visit(variant, '/auth/?back=/accounts/all/');
  await page.getByRole('button', { name: /Корелла/ }).click();
  await page.waitForURL(`${url}/accounts/all/`);
  await page.getByRole('button', { name: /transactions|операции/i }).click();
  const row = page.getByRole('row').filter({ hasText: title });
  await row.waitFor();
  await row.getByText(worker.body.name).waitFor(); // the names come from Auth, a moment later
  expect(await axeViolations(page)).toEqual([]);

  await page.getByRole('button', { name: worker.body.name, exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('userId')).toBe(task.userId);
  await row.waitFor();
  // The rows are below everybody's balances: whoever has asked for them is led there, with eyes and keyboard.
  const heading = page.getByRole('heading', { name: `: ${worker.body.name}` });
  await expect.poll(() => heading.evaluate((element) => document.activeElement === element)).toBe(true);
  await expect.poll(() => seen(heading)).toBe(true);
  expect(await row.textContent()).not.toContain(worker.body.name);
  await page.reload();
  await row.waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await expect.poll(() => seen(heading)).toBe(true); // a link from somewhere else leads to them, too
  expect(faults).toEqual([]);
  await context.close();
});
