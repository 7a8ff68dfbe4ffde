import { readFileSync } from 'node:fs';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { signIn } from './pages.ts';
import { requestPayouts } from './payout-requests.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';
const REFUSED_CARD = '4000 0000 0000 0002';
const GOOD_CARD = '4242 4242 4242 4242';

let worker: Visitor;
let accountant: Visitor;
let workerId: string;
let lastDay = Date.UTC(2010, 0, 1);
beforeAll(async () => {
  worker = await Visitor.signIn('worker5');
  accountant = await Visitor.signIn('accountant');
  workerId = (await worker.get('/api/auth/session')).body.id;
});

/** A payout of worker 5 for a day of its own, held up because the card is refused. */
async function blockedPayout(amountCents: number) {
  await worker.send('PUT', '/api/billing/me/card', { cardNumber: REFUSED_CARD });
  lastDay += 86_400_000;
  const businessDate = new Date(lastDay).toISOString().slice(0, 10);
  const [payout] = await requestPayouts([{ userId: workerId, businessDate, amountCents }]);
  const id = payout?.payoutId ?? '';
  await stateBecomes(id, 'blocked');
  return { id, businessDate };
}
/** How the bank behaves from now on. */
const bankMode = (mode: 'none' | 'refuse') =>
  fetch(`${Visitor.run().bankUrl}/faults`, { method: 'PUT', body: JSON.stringify({ mode, share: 1 }) });
const stateBecomes = (id: string, state: string) =>
  expect
    .poll(async () => (await accountant.get(`/api/billing/payouts/${id}`)).body.state, { timeout: 15_000 })
    .toBe(state);

it.each(VARIANTS)('a worker sees what a payout waits for, sets a card, and is paid: $name', async (variant) => {
  const isRussian = variant.locale === 'ru-RU';
  const hadCard = (await worker.get('/api/billing/me/card')).body.status === 'active';
  const { page, context, faults } = await visit(variant, '/auth/?back=/billing/');
  await page.getByRole('button', { name: /Лори/ }).click();
  await page.waitForURL(`${url}/billing/`);
  const card = page.getByRole('region', { name: isRussian ? 'Моя карта' : 'My card' });
  if (!hadCard) await card.getByText(isRussian ? 'Карты нет' : 'There is no card').waitFor();

  const { id } = await blockedPayout(4_321);
  const row = page
    .getByRole('row')
    .filter({ hasText: /43[.,]21/ })
    .first();
  await row.getByText(isRussian ? 'задержана' : 'held up').waitFor();
  await row.getByText('•••• 0002').waitFor();
  expect(await axeViolations(page)).toEqual([]);

  // Whoever has a card is asked for another only when they want one.
  if (hadCard) await card.getByRole('button', { name: isRussian ? 'Заменить карту' : 'Change the card' }).click();
  const input = card.getByRole('textbox');
  expect([await input.getAttribute('inputmode'), await input.getAttribute('autocomplete')]).toEqual([
    ...['numeric', 'cc-number'],
  ]);
  await input.fill('4242 4242 4242 4241');
  await page.keyboard.press('Enter');
  const alert = card.getByRole('alert');
  await alert.waitFor();
  expect(await input.getAttribute('aria-invalid')).toBe('true');
  expect(await input.inputValue()).toBe('4242 4242 4242 4241'); // what was typed stays, to be mended
  expect(await axeViolations(page)).toEqual([]);

  await input.fill(' 4242 4242 4242 4242 ');
  await page.keyboard.press('Enter');
  await card.getByRole('status').getByText('•••• 4242').waitFor();
  await input.waitFor({ state: 'detached' }); // and what was typed has gone with it
  await row.getByText(isRussian ? 'выплачено' : 'paid', { exact: true }).waitFor({ timeout: 10_000 });
  await row.getByText('•••• 4242').waitFor();
  await stateBecomes(id, 'paid');
  expect(await page.content()).not.toMatch(/4242 ?4242/);
  expect(await page.getByRole('button', { name: isRussian ? /Повторить/ : /Try again/ }).count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it.each(VARIANTS)(
  'an accountant sees a day by state, finds what is held up and tries it again: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const { id, businessDate } = await blockedPayout(1_234);
    const { page, context, faults } = await visit(variant, '/auth/?back=/billing/');
    await page.getByRole('button', { name: /Корелла/ }).click();
    await page.waitForURL(`${url}/billing/`);
    const all = page.getByRole('region', { name: isRussian ? 'Выплаты всех' : 'Everybody’s payouts' });
    await all.locator('input[type=date]').fill(businessDate);
    await all
      .locator('dd')
      .getByRole('link', { name: /12[.,]34/ })
      .click(); // the figure leads to its rows
    await expect.poll(() => new URL(page.url()).search).toBe(`?day=${businessDate}&state=blocked`);
    const row = all.getByRole('row').filter({ hasText: 'Лори' });
    await row.getByText('•••• 0002').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.reload();
    await row.waitFor(); // the address tells it all

    const download = page.waitForEvent('download');
    await all.getByRole('button', { name: isRussian ? 'Скачать CSV' : 'Download CSV' }).click();
    const csv = readFileSync(await (await download).path(), 'utf8');
    expect(csv.trim().split('\r\n')).toHaveLength(2);
    expect(csv).toContain(`${businessDate},12.34,blocked,card-refused,0002,1`);

    await worker.send('PUT', '/api/billing/me/card', { cardNumber: REFUSED_CARD }); // another card, no better
    await stateBecomes(id, 'blocked');
    await page.reload();
    await row.getByRole('button', { name: isRussian ? /^Повторить: Лори/ : /^Try again: Лори/ }).click();
    await all
      .getByRole('status')
      .getByText(isRussian ? 'принято' : 'accepted')
      .waitFor();
    await expect
      .poll(async () => (await accountant.get(`/api/billing/payouts/${id}`)).body.attempts, { timeout: 10_000 })
      .toBe(3); // it was really sent once more
    expect(faults).toEqual([]);
    await context.close();
  },
);

it.each(VARIANTS)(
  'everything that is stuck under the filter is tried again, and what came of it is told: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const word = isRussian ? 'Повторить все застрявшие' : 'Retry all that is stuck';
    // One day's payouts: the bank refuses all three, and would pay two of them by now. A fourth has been paid.
    await bankMode('refuse');
    onTestFinished(() => bankMode('none').then(() => undefined));
    lastDay += 86_400_000;
    const businessDate = new Date(lastDay).toISOString().slice(0, 10);
    const people = await Promise.all(['worker2', 'worker3', 'worker4', 'worker5'].map((who) => Visitor.signIn(who)));
    onTestFinished(async () => {
      await people[0]?.send('PUT', '/api/billing/me/card', { cardNumber: GOOD_CARD }); // others know it as good
    });
    const asked = await Promise.all(
      people.map(async (person, n) => {
        await person.send('PUT', '/api/billing/me/card', { cardNumber: n === 0 ? REFUSED_CARD : GOOD_CARD });
        return { userId: (await person.get('/api/auth/session')).body.id, businessDate, amountCents: 2_001 + n };
      }),
    );
    const stuck = await requestPayouts(asked.slice(0, 3));
    for (const { payoutId } of stuck) await stateBecomes(payoutId, 'blocked');
    await bankMode('none');
    const [paid] = await requestPayouts(asked.slice(3));
    await stateBecomes(paid?.payoutId ?? '', 'paid');

    const { page, context, faults } = await visit(variant, '/healthz');
    await signIn(context, 'accountant');
    const commands: { path: string; key: string }[] = [];
    page.on('request', (request) => {
      const { 'idempotency-key': key = '' } = request.headers();
      if (request.method() === 'POST' && request.url().endsWith('/retry')) commands.push({ path: request.url(), key });
    });
    await page.goto(`${url}/billing/?day=${businessDate}`);
    await page.getByRole('button', { name: word }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(isRussian ? /фильтр: 3, вместе 60,06/ : 'filter: 3, $60.06 in all').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: isRussian ? 'Не сейчас' : 'Not now' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(commands).toEqual([]); // asking has done nothing

    await page.getByRole('button', { name: word }).click();
    await dialog.getByRole('button', { name: isRussian ? 'Повторить' : 'Try again' }).click();
    await page
      .getByRole('status')
      .getByText(isRussian ? 'Отправлено: 2, всё ещё задержано: 1' : 'Released 2, still held up 1')
      .waitFor();
    expect(commands.map(({ path }) => path).sort()).toEqual(
      stuck.map(({ payoutId }) => `${url}/api/billing/payouts/${payoutId}/retry`).sort(),
    );
    expect(new Set(commands.map(({ key }) => key)).size).toBe(3); // one command each
    await page.getByRole('button', { name: word }).and(page.locator(':enabled')).waitFor();

    // A filter that shows nothing stuck has no such button; where there is nothing left, that is told.
    await page.goto(`${url}/billing/?day=${businessDate}&state=paid`);
    await page.getByRole('row').nth(3).waitFor();
    expect(await page.getByRole('button', { name: word }).count()).toBe(0);
    await page.goto(`${url}/billing/?day=${businessDate}&state=failed`);
    await page.getByRole('button', { name: word }).click();
    await page
      .getByRole('status')
      .getByText(isRussian ? 'Повторять нечего' : 'nothing to try again')
      .waitFor();
    expect(faults).toEqual([]);
    await context.close();
  },
);

it.each(VARIANTS)(
  'a payout opens to how its letters are doing, and they cost nothing before: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const { id, businessDate } = await blockedPayout(1_237);
    const { page, context, faults } = await visit(variant, '/healthz');
    await signIn(context, 'accountant');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.route('**/api/mailer/**', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.goto(`${url}/billing/?day=${businessDate}`);
    const opener = page.getByRole('row').getByRole('button', { name: /^Лори/ });
    await opener.waitFor();
    expect(asked.filter((path) => path.startsWith('/api/mailer'))).toEqual([]);

    // Mailer is away: the payouts stay, and the letters come when it is back.
    await opener.click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('row').filter({ hasText: '•••• 0002' }).isVisible()).toBe(true);
    await page.unroute('**/api/mailer/**');
    const letter = page.getByRole('link', { name: isRussian ? 'Письмо о задержке' : 'Letter about what holds it up' });
    await letter.waitFor();
    const sent = page.getByRole('listitem').filter({ has: letter });
    await sent.getByText(isRussian ? 'отправлено' : 'sent', { exact: true }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const { body } = await accountant.get(`/api/mailer/mails?payoutIds=${id}`);
    expect(await letter.getAttribute('href')).toBe(`/mailer/?id=${body.items[0].id}`);

    // Closed again it asks no more.
    await opener.click();
    await letter.waitFor({ state: 'detached' });
    asked.length = 0;
    await page.waitForResponse((response) => response.url().includes('/api/billing/payouts'));
    await page.waitForResponse((response) => response.url().includes('/api/billing/payouts'));
    expect(asked.filter((path) => path.startsWith('/api/mailer'))).toEqual([]);

    // The letter leads back to the payout, by its day and sum.
    await page.goto(`${url}/mailer/?id=${body.items[0].id}`);
    const payout = page.getByRole('link', { name: isRussian ? /: 12,37/ : /: \$12\.37/ });
    await payout.click();
    await page.waitForURL(`${url}/billing/?day=${businessDate}`);
    expect(faults.filter((fault) => !fault.includes('503'))).toEqual([]);
    await context.close();
  },
);

it('what has been held up for years is in the figure of what is held up, and the figure has as many rows as it counts', async () => {
  await blockedPayout(1_238); // of a day in 2010
  const { page, context, faults } = await visit(VARIANTS[0], '/healthz');
  await signIn(context, 'accountant');
  await page.goto(`${url}/billing/`);
  const rows = async () => (await accountant.get('/api/billing/payouts?state=blocked', { accept: 'text/csv' })).body;
  const count = (await rows()).trim().split('\r\n').length - 1;
  const figure = page.locator('dl.facts > div').filter({ hasText: 'задержана' });
  await figure.getByText(`(${count})`).waitFor();
  await figure.getByRole('link').click();
  await page.getByRole('row').filter({ hasText: /12,38/ }).first().waitFor();
  expect(await page.getByRole('row').count()).toBe(Math.min(count, 20) + 1); // and the head
  expect(faults).toEqual([]);
  await context.close();
});

it('an executive sees all payouts and no button that changes one', async () => {
  await blockedPayout(1_235);
  const { page, context, faults } = await visit(VARIANTS[0], '/auth/?back=/billing/?state=blocked');
  await page.getByRole('button', { name: /Жако/ }).click();
  await page.getByRole('row').filter({ hasText: 'Лори' }).first().waitFor();
  expect(await page.getByRole('button', { name: /Повторить|Лори/ }).count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('a retry that comes too late is told in words', async () => {
  const { businessDate } = await blockedPayout(1_236);
  const { page, context } = await visit(
    VARIANTS[0],
    `/auth/?back=${encodeURIComponent(`/billing/?day=${businessDate}`)}`,
  );
  await page.getByRole('button', { name: /Корелла/ }).click();
  await page.getByRole('row').filter({ hasText: 'Лори' }).waitFor();
  const refusal = { status: 409, body: '{"type":"/problems/payout-not-stuck"}' };
  await page.route('**/api/billing/payouts/*/retry', (route) => route.fulfill(refusal));
  await page.getByRole('button', { name: /^Повторить: Лори/ }).click();
  await page.getByRole('alert').getByText('Повторять нечего').waitFor();
  await context.close();
});
