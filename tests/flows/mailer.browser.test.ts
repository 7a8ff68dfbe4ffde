import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { exampleOf } from '#platform/testing/service-under-test';
import type { Message } from '../../sandbox/mail/message-file.ts';
import { sendTo } from './broker.ts';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { Visitor } from './visitor.ts';

const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';

/** A payout of so many cents for a demo worker, as Accounts would have asked for it. */
async function payoutOf(amountCents: number) {
  const worker = await Visitor.signIn('worker2');
  const { id: userId, name } = (await worker.get('/api/auth/session')).body;
  const event = exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId, amountCents });
  await sendTo('mailer-send', [event]);
  return { name, payoutId: event.data.payoutId };
}
const messageIdsOf = async (payoutId: string) => {
  const messages = (await (await fetch(`${Visitor.run().inboxUrl}/api/messages`)).json()) as Message[];
  return messages.map(({ messageId }) => messageId).filter((id) => id.includes(payoutId));
};
/** The demo's people read Russian; the letter is theirs, whatever language the page has. */
const sum = (dollars: number) => `${dollars},00 $`;

it.each(VARIANTS)('a worker finds the letter about a payout, its text and how it looks: $name', async (variant) => {
  const dollars = 111 + VARIANTS.indexOf(variant); // the sum is how its letter is found
  const { payoutId } = await payoutOf(dollars * 100);
  await expect.poll(() => messageIdsOf(payoutId), { timeout: 20_000 }).toEqual([`<${payoutId}.payout@ates.example>`]);

  const { page, context, faults } = await visit(variant, '/auth/?back=/mailer/');
  await page.getByRole('button', { name: /Гоша/ }).click();
  await page.waitForURL(`${url}/mailer/`);
  await page
    .getByRole('link', { name: new RegExp(sum(dollars).replace('$', '\\$')) })
    .first()
    .click();
  const letter = page.getByRole('region', { name: variant.locale === 'ru-RU' ? 'Письмо' : 'Letter' });
  await letter.getByText(/Здравствуйте, Гоша!/).waitFor();
  await letter.getByText(payoutId).waitFor();
  await page.getByText('Europe/Moscow').waitFor(); // whose days and times these are
  const frame = letter.frameLocator('iframe');
  await frame.getByText(sum(dollars), { exact: true }).first().waitFor();
  expect(await frame.locator('html').getAttribute('lang')).toBe('ru');
  // Its own styles work, and a frame that can do nothing has no origin.
  expect(await frame.locator('h1').evaluate((heading) => getComputedStyle(heading).fontSize)).toBe('20px');
  expect(await frame.locator('html').evaluate(() => self.origin)).toBe('null');
  expect(await axeViolations(page)).toEqual([]);

  expect(await letter.getByRole('button').allTextContents()).toHaveLength(1); // nothing but the way back
  await page.reload();
  await letter.getByText(payoutId).waitFor();
  await letter.getByRole('button').click();
  await letter.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});

it.each(VARIANTS)('an admin finds it among all letters and sends it again: $name', async (variant) => {
  const isRussian = variant.locale === 'ru-RU';
  const dollars = 1_111 + VARIANTS.indexOf(variant); // the sum is how its row is found
  const { name, payoutId } = await payoutOf(dollars * 100);
  await expect.poll(() => messageIdsOf(payoutId), { timeout: 20_000 }).toHaveLength(1);

  const { page, context, faults } = await visit(variant, '/auth/?back=/mailer/?status=sent');
  await page.getByRole('button', { name: /Ара/ }).click();
  await page.waitForURL(`${url}/mailer/?status=sent`);
  const text = `${String(dollars).replace(/(\d{3})$/, ' $1')},00 $`;
  const row = page.getByRole('row').filter({ hasText: text });
  await row.getByText(name).waitFor(); // the names come from Auth, a moment later
  expect(await axeViolations(page)).toEqual([]);

  await row.getByRole('link').click();
  await expect.poll(() => new URL(page.url()).searchParams.get('id')).not.toBeNull();
  expect(new URL(page.url()).searchParams.get('status')).toBe('sent'); // the filter stays
  const again = isRussian ? 'Отправить ещё раз' : 'Send again';
  await page.getByRole('button', { name: again }).click();
  const dialog = page.getByRole('dialog', { name: again });
  await dialog.getByText(name).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: isRussian ? 'Не сейчас' : 'Not now' }).click();
  await page.getByRole('button', { name: again }).click();
  await dialog.getByRole('button', { name: again }).click();
  await page.getByText(isRussian ? 'Копия отправляется.' : 'A copy is being sent.').waitFor();

  await expect
    .poll(async () => (await messageIdsOf(payoutId)).sort(), { timeout: 20_000 })
    .toEqual([`<${payoutId}.payout.2@ates.example>`, `<${payoutId}.payout@ates.example>`]);
  await expect.poll(() => row.count(), { timeout: 20_000 }).toBe(2); // the list looks again by itself
  await page.getByRole('combobox').selectOption('failed');
  await row.first().waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});
