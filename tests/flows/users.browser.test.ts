import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';

it.each(VARIANTS)(
  'an admin adds a user, changes the role and disables them, and sees each work: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const { page, context, faults } = await visit(variant, '/auth/?back=/auth/users/');
    await page.getByRole('button', { name: /Ара/ }).click();
    await page.waitForURL(`${url}/auth/users/`);
    expect(await axeViolations(page)).toEqual([]);

    const name = `Новый ${randomUUID().slice(0, 8)}`;
    const email = `${randomUUID()}@ates.example`;
    await page.locator('summary').click();
    await page.locator('input[name=name]').fill(name);
    await page.locator('input[name=email]').fill('manager@ates.example');
    await page.locator('input[name=password]').fill('popug password');
    const submit = page.locator('details button[type=submit]');
    await submit.click();
    await page
      .getByRole('alert')
      .getByText(isRussian ? 'Эта почта уже занята' : 'has this e-mail already')
      .waitFor();
    await page.locator('input[name=email]').fill(email);
    await submit.click();
    await page.getByRole('status').filter({ hasText: name }).waitFor();

    const search = page.getByRole('searchbox');
    await search.fill(name);
    await search.press('Enter');
    const row = page.getByRole('row').filter({ hasText: email });
    await row.getByText(isRussian ? 'не за 30 дней' : 'not in 30 days').waitFor();
    await row.getByRole('combobox').selectOption('manager');
    await page
      .getByRole('status')
      .filter({ hasText: isRussian ? 'сохранено' : 'saved' })
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const session = await Visitor.anonymous().send('POST', '/api/auth/session', { email, password: 'popug password' });
    expect(session.body).toMatchObject({ name, role: 'manager' });
    await row.locator('time').waitFor();

    await row.getByRole('button', { name: isRussian ? /Отключить/ : /Disable/ }).click();
    await row.getByText(isRussian ? 'отключён' : 'disabled', { exact: true }).waitFor();
    const refused = await Visitor.anonymous().send('POST', '/api/auth/session', { email, password: 'popug password' });
    expect(refused.status).toBe(401);

    // A refusal is told in words. The server's rule has its own test: here nobody's admin is at stake.
    const refusal = { status: 409, body: '{"type":"/problems/last-admin"}' };
    await page.route('**/api/auth/users/*', (route) => route.fulfill(refusal));
    await row.getByRole('button', { name: isRussian ? /Включить/ : /Enable/ }).click();
    await page
      .getByRole('alert')
      .getByText(isRussian ? 'последний' : 'last active admin')
      .waitFor();
    expect(faults.filter((fault) => !fault.includes('409'))).toEqual([]);
    await context.close();
  },
);
