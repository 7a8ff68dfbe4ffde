import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();

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
  await page.waitForURL('**/tasks/'); // a worker begins with the own tasks
  await page.getByRole('row').filter({ hasText: title }).waitFor();
  await page.locator('nav a[href="/accounts/"]').click();
  await page.waitForURL('**/accounts/');
  const row = page.getByRole('row').filter({ hasText: title });
  await row.waitFor({ timeout: 10_000 });
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
  await context.clearCookies(); // the page finds out with its next look
  await page.waitForURL(/\/auth\/\?back=%2Faccounts%2F%3Fkind%3Dreward/);
  expect(faults).toEqual([]);
  await context.close();
});
