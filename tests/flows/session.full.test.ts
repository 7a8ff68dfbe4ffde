import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const [, desktop] = VARIANTS;
const url = process.env.ATES_TEST_URL ?? '';

const signInAs = async (page: Page, name: RegExp, path: string) => {
  await page.getByRole('button', { name }).click();
  await page.waitForURL(`${url}${path}`);
};
const renewStatus = (page: Page, cookie: string) =>
  page.request
    .fetch(`${url}/api/auth/session`, { method: 'PUT', data: {}, headers: { cookie: `ates_renew=${cookie}` } })
    .then((response) => response.status());
const renewalOf = async (page: Page) =>
  (await page.context().cookies(`${url}/api/auth/session`)).find(({ name }) => name === 'ates_renew')?.value ?? '';

it.each([
  '/.//evil.example',
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  'http://[',
])('signing in never leads to another site: back=%s', async (back) => {
  const { page, context } = await visit(desktop, `/auth/?back=${encodeURIComponent(back)}`);
  await page.getByRole('button', { name: /Кеша/ }).click();
  await page.waitForURL((address) => address.pathname !== '/auth/');
  expect(new URL(page.url()).origin).toBe(url);
  await context.close();
});

it('a session that has ended is told on the sign-in page, and only there; the form leads past itself once somebody is in', async () => {
  const ENDED = 'Your session has ended';
  const { page, context, faults } = await visit(desktop, '/auth/?back=/accounts/');
  expect(await page.getByText(ENDED).count()).toBe(0); // there was none
  await signInAs(page, /Кеша/, '/accounts/');

  await page.goto(`${url}/auth/`); // nothing to do there
  await page.waitForURL(`${url}/tasks/`);

  await context.clearCookies({ name: /^ates_/ });
  await page.goto(`${url}/accounts/?day=2026-01-01`);
  await page.waitForURL(/\/auth\/\?back=/);
  await page.getByText(ENDED).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /Кеша/ }).click();
  await page.waitForURL(`${url}/accounts/?day=2026-01-01`);
  await page.goBack();
  await page.waitForURL((address) => address.pathname !== '/auth/');
  await page.getByRole('heading', { level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${url}/auth/`);
  await page.getByText('One sign-in for every section.').waitFor();
  expect(await page.getByText(ENDED).count()).toBe(0); // they ended it themselves
  expect(faults).toEqual([]);
  await context.close();
});

it('signing out ends the session at the server, also when the short token has ended', async () => {
  const { page, context, faults } = await visit(desktop, '/auth/?back=/accounts/');
  await signInAs(page, /Кеша/, '/accounts/');
  const renewal = await renewalOf(page);
  expect(await renewStatus(page, renewal)).toBe(200);

  await context.clearCookies({ name: 'ates_session' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/auth/');
  expect(await renewStatus(page, renewal)).toBe(401);

  // The back button shows nothing of whoever was here.
  await page.goBack();
  await page.waitForURL(/\/auth\/\?back=/);
  expect(faults).toEqual([]);
  await context.close();
});

it.each(VARIANTS)(
  'people see where they are signed in and who tried, and end what was left open elsewhere: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const person = { email: `${randomUUID()}@ates.example`, password: 'a popug with many browsers' };
    const admin = await Visitor.signIn('admin');
    expect((await admin.send('POST', '/api/auth/users', { ...person, name: 'Рио', role: 'manager' })).status).toBe(201);
    const tryIn = (visitor: Visitor, password: string, userAgent: string) =>
      visitor.send('POST', '/api/auth/session', { ...person, password }, { 'user-agent': userAgent });
    const elsewhere = Visitor.anonymous();
    expect((await tryIn(elsewhere, person.password, 'a lost phone')).status).toBe(200);
    expect((await tryIn(Visitor.anonymous(), 'a wrong one', '<b>curl</b>')).status).toBe(401);

    const { page, context, faults } = await visit(variant, '/healthz');
    expect((await context.request.post(`${url}/api/auth/session`, { data: person })).status()).toBe(200);
    await page.goto(`${url}/auth/me/`);
    const sessions = page.getByRole('region', { name: isRussian ? 'Где вы вошли' : 'Where you are signed in' });
    const here = sessions.getByRole('row').filter({ hasText: isRussian ? 'этот' : 'this one' });
    await here.getByText('Chrome, Linux').waitFor();
    expect(await here.getByRole('button').count()).toBe(0); // which would be signing out

    const other = sessions.getByRole('row').filter({ hasText: 'a lost phone' });
    await other.getByRole('button').click();
    await sessions
      .getByRole('status')
      .getByText(isRussian ? 'вход завершён' : 'the session is ended')
      .waitFor();
    await expect.poll(() => other.count()).toBe(0);
    expect((await elsewhere.send('PUT', '/api/auth/session', {})).status).toBe(401);

    await page.getByText(isRussian ? 'Журнал входов' : 'Log of sign-ins').click();
    const failure = page.getByRole('row').filter({ hasText: isRussian ? 'неверный пароль' : 'wrong password' });
    await failure.getByText('<b>curl</b>').first().waitFor(); // text like any other
    expect(await axeViolations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  },
);

it('a sign-out that does not reach the server is told, and the page stays', async () => {
  const { page, context } = await visit(desktop, '/auth/?back=/accounts/');
  await signInAs(page, /Кеша/, '/accounts/');
  await page.route('**/api/auth/session', (route) => route.abort());
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  expect(page.url()).toBe(`${url}/accounts/`);
  await context.close();
});

it('while the session cannot be renewed the page keeps what it shows, says how old it is, and recovers', async () => {
  const { page, context } = await visit(desktop, '/auth/?back=/accounts/');
  await signInAs(page, /Кеша/, '/accounts/');
  await page.getByRole('status').getByText('live').waitFor();
  await page.route('**/api/auth/session', (route) => route.fulfill({ status: 503, body: '{}' }));
  await context.clearCookies({ name: 'ates_session' });
  await page.getByRole('status').getByText('reconnecting, data as of').waitFor();
  expect(await page.getByText('Balance', { exact: true }).first().isVisible()).toBe(true);
  await page.unroute('**/api/auth/session');
  await page.getByRole('status').getByText('live', { exact: true }).waitFor();
  expect(page.url()).toBe(`${url}/accounts/`);
  await context.close();
});

it('when somebody else signs in in another tab, the first shows the other one’s account', async () => {
  const { page, context } = await visit(desktop, '/auth/?back=/accounts/');
  await signInAs(page, /Кеша/, '/accounts/');
  const other = await context.newPage();
  await other.goto(`${url}/auth/?back=/accounts/`);
  const reloaded = page.waitForNavigation();
  await signInAs(other, /Гоша/, '/accounts/');
  await reloaded;
  const asked = await page.waitForResponse((response) => response.url().endsWith('/api/accounts/me'));
  const who = await context.cookies(url);
  expect(((await asked.json()) as { userId: string }).userId).toBe(who.find(({ name }) => name === 'id')?.value);
  await context.close();
});

it('the shell stands before any script; with it each role has its sections, and the theme is kept', async () => {
  const { page, context } = await visit(desktop, '/auth/?back=/accounts/');
  await signInAs(page, /Кеша/, '/accounts/');
  const links = page.getByRole('navigation').getByRole('link');
  await expect.poll(() => links.allTextContents()).toContain('My account');
  for (const name of ['Company', 'Balances', 'Users'])
    expect(await links.filter({ hasText: name }).isVisible()).toBe(false);
  const theme = page.getByRole('button', { name: 'Theme: as the system' });
  await theme.click();
  await page.getByRole('button', { name: 'Theme: light' }).waitFor();

  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByRole('link', { name: 'Tasks', exact: true }).waitFor();
  await page.unroute('**/assets/*.js');
  await page.reload();
  await page.getByRole('button', { name: 'Theme: light' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/auth/');
  expect(await page.getByRole('navigation').count()).toBe(0);
  await context.close();
});

it('the language follows the reader’s choice, else the browser, and stands in the HTML before any script', async () => {
  const { page, context } = await visit({ ...desktop, locale: 'ru-RU' as 'en-US' }, '/auth/');
  const htmlOf = async (language?: string) => {
    if (language) await context.addCookies([{ name: 'lang', value: language, url }]);
    return (await page.request.get(`${url}/auth/`, { headers: { 'accept-language': 'ru-RU,ru;q=0.9' } })).text();
  };
  expect(await htmlOf()).toContain('<html lang="ru">');
  expect(await htmlOf('xx')).toContain('<html lang="ru">');
  expect(await htmlOf('en')).toContain('<html lang="en">');
  await context.close();
});
