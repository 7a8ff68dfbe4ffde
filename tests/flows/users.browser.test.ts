import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { signIn } from './pages.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';

/** Whoever was added is given no tasks: other tests know the demo's workers alone. */
const added: string[] = [];
afterEach(async () => {
  const admin = await Visitor.signIn('admin');
  for (const email of added.splice(0)) {
    const [user] = (await admin.get(`/api/auth/users?q=${email}`)).body.items;
    if (user) await admin.send('PATCH', `/api/auth/users/${user.id}`, { status: 'disabled' });
  }
});

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
    added.push(email);
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
    const changes: string[] = [];
    page.on('request', (request) => request.method() === 'PATCH' && changes.push(request.postData() ?? ''));
    const dialog = page.getByRole('dialog');
    const confirm = dialog.locator('button[type=submit]');
    for (const passed of ['manager', 'accountant']) {
      await row.getByRole('combobox').press('ArrowDown'); // the keys pass by roles that nobody wants
      await expect.poll(() => row.getByRole('combobox').inputValue()).toBe(passed);
    }
    const changeRole = row.getByRole('button', { name: isRussian ? /Сменить роль/ : /Change the role/ });
    await changeRole.click();
    await dialog.getByText(isRussian ? 'роль «бухгалтер»' : 'becomes accountant').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await row.getByRole('combobox').inputValue()).toBe('worker');
    expect(changes).toEqual([]); // choosing and looking has changed nothing

    await row.getByRole('combobox').selectOption('manager');
    await changeRole.click();
    await dialog.getByText(isRussian ? /выйдет отовсюду/ : /signed out everywhere/).waitFor();
    await confirm.click();
    await page
      .getByRole('status')
      .filter({ hasText: isRussian ? 'сохранено' : 'saved' })
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const session = await Visitor.anonymous().send('POST', '/api/auth/session', { email, password: 'popug password' });
    expect(session.body).toMatchObject({ name, role: 'manager' });
    await row.locator('time').waitFor();
    expect(changes).toEqual(['{"role":"manager"}']);

    // What is refused is told beside its field, and can be mended there.
    await row.getByRole('button', { name: isRussian ? /Новый пароль/ : /New password/ }).click();
    const password = dialog.locator('input[name=password]');
    await password.fill('password123');
    await confirm.click();
    await dialog
      .getByRole('alert')
      .getByText(isRussian ? /не из самых распространённых/ : /none of the commonest/)
      .waitFor();
    expect([await password.inputValue(), await password.getAttribute('aria-invalid')]).toEqual(['password123', 'true']);
    await password.fill('another popug password');
    await confirm.click();
    await dialog.waitFor({ state: 'detached' });

    await row.getByRole('button', { name: isRussian ? /^Отключить:/ : /^Disable:/ }).click();
    await dialog.getByText(isRussian ? /не сможет войти/ : /cannot sign in/).waitFor();
    await confirm.click();
    await row.getByText(isRussian ? 'отключён' : 'disabled', { exact: true }).waitFor();
    await dialog.waitFor({ state: 'detached' });
    const refused = await Visitor.anonymous().send('POST', '/api/auth/session', {
      ...{ email, password: 'another popug password' },
    });
    expect(refused.status).toBe(401);

    // A refusal is told in words. The server's rule has its own test: here nobody's admin is at stake.
    const refusal = { status: 409, body: '{"type":"/problems/last-admin"}' };
    await page.route('**/api/auth/users/*', (route) => route.fulfill(refusal));
    await row.getByRole('button', { name: isRussian ? /^Включить:/ : /^Enable:/ }).click();
    await confirm.click();
    await dialog
      .getByRole('alert')
      .getByText(isRussian ? 'последний' : 'last active admin')
      .waitFor();
    expect(faults.filter((fault) => !fault.includes('409'))).toEqual([]);
    await context.close();
  },
);

it.each(VARIANTS)('who is no admin sees names and roles, and nothing that they may not: $name', async (variant) => {
  const isRussian = variant.locale === 'ru-RU';
  const { page, context, faults } = await visit(variant, '/healthz');
  await signIn(context, 'manager');
  await page.goto(`${url}/auth/users/?status=disabled`);
  const row = page.getByRole('row').filter({ hasText: 'Корелла' });
  await row.getByText(isRussian ? 'бухгалтер' : 'accountant', { exact: true }).waitFor();
  expect(await row.getByRole('cell').count()).toBe(2);
  const main = page.locator('main');
  expect(await main.locator('summary, form, td select, td button').count()).toBe(0);
  expect(await main.textContent()).not.toMatch(/не за 30 дней|not in 30 days|@/);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('combobox').selectOption('accountant');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  expect(faults).toEqual([]);
  await context.close();
});
