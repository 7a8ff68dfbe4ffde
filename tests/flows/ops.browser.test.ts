import { randomUUID } from 'node:crypto';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import mysql from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { axeViolations, openBrowser, VARIANTS } from './browser.ts';
import { startPart, stopPart } from './command-line.ts';
import { Visitor } from './visitor.ts';

const RECORD = 'accounts-record';
const DEAD = `${RECORD}.dead`;
const visit = openBrowser();
const url = process.env.ATES_TEST_URL ?? '';
const patient = { timeout: 20_000, interval: 100 };

let connection: ChannelModel;
let channel: ConfirmChannel;
beforeAll(async () => {
  connection = await connect(Visitor.run().amqpUrl);
  channel = await connection.createConfirmChannel();
});
afterAll(() => connection.close());
// Other functions have parked the same poison, and while anything is parked not all is well.
afterEach(async () => {
  if (poison.length === 0) return;
  const admin = await Visitor.signIn('admin');
  const parked = async () => {
    const { items } = (await admin.get('/api/ops/dead-letters?limit=200')).body;
    const left = items.filter(({ eventId }: { eventId: string }) => poison.includes(eventId));
    for (const { id } of left) await admin.send('POST', `/api/ops/dead-letters/${id}/drop`, { reason: 'a test' });
    return left.length;
  };
  await expect.poll(parked, patient).toBe(0);
});
const countIn = async (queue: string) => (await channel.checkQueue(queue)).messageCount;

const poison: string[] = [];
async function publishPoison(): Promise<string> {
  const messageId = uuidv7();
  poison.push(messageId);
  const text = `{"told": "${messageId}`;
  channel.publish('ates.events', 'tasks.task-assigned.v2', Buffer.from(text), { messageId, persistent: true });
  await channel.waitForConfirms();
  await expect.poll(() => countIn(DEAD), patient).toBeGreaterThan(0);
  return messageId;
}

/** An event that was told and recorded, among the dead letters as if it had failed. */
async function parkRecordedEvents(count: number) {
  const manager = await Visitor.signIn('manager');
  const accountant = await Visitor.signIn('accountant');
  const database = await mysql.createConnection(Visitor.run().databases.tasks ?? '');
  const sums = async (taskId: string): Promise<number[]> =>
    (await accountant.get(`/api/accounts/transactions?taskId=${taskId}`)).body.items.map(
      ({ sumCents }: { sumCents: number }) => sumCents,
    );
  const tasks: { id: string; feeCents: number }[] = [];
  for (let n = 0; n < count; n += 1) {
    const { body: task } = await manager.send('POST', '/api/tasks', { title: `Parked ${randomUUID()}` });
    await expect.poll(() => sums(task.id), patient).toEqual([-task.feeCents]);
    const [[row]] = await database.query<mysql.RowDataPacket[]>(
      "SELECT id, envelope FROM outbox WHERE JSON_VALUE(envelope, '$.subject') = ?",
      [task.id],
    );
    const headers = { 'x-ates-id': uuidv7(), 'x-ates-reason': 'the database was away', 'x-ates-attempts': 5 };
    const when = { 'x-ates-parked-at': new Date().toISOString(), 'x-ates-queue': RECORD };
    channel.publish('', DEAD, Buffer.from(row?.envelope), {
      ...{ messageId: row?.id, persistent: true, headers: { ...headers, ...when } },
    });
    await channel.waitForConfirms();
    tasks.push(task);
  }
  await database.end();
  return { tasks, sums };
}

it.each(VARIANTS)(
  'an admin is told that not all is well while an event is parked, is led to it, reads why, and drops it: $name',
  async (variant) => {
    const isRussian = variant.locale === 'ru-RU';
    const messageId = await publishPoison();
    await stopPart('timer'); // which makes ops answer 503, and remember it
    let traceId: string | null = null;
    const readyz = async () => {
      const { status, headers } = await Visitor.anonymous().get('/readyz');
      traceId = headers.get('x-trace-id');
      return status;
    };
    await expect.poll(readyz, patient).toBe(503);
    await startPart('timer');
    const { page, context, faults } = await visit(variant, '/auth/?back=/ops/');
    await page.getByRole('button', { name: /Ара/ }).click();
    await page.waitForURL(`${url}/ops/`);
    const whole = page.getByRole('status').filter({ hasText: isRussian ? 'Не в порядке' : 'Not well' });
    await whole.getByText(isRussian ? 'Не в порядке: Отложенные события' : 'Not well: Parked events').waitFor();
    await page.getByRole('row').filter({ hasText: 'tasks-assign' }).waitFor();
    const lastError = `GET /readyz 503 temporarily-unavailable; ${isRussian ? 'код для поддержки' : 'trace'} ${traceId}`;
    await page.getByRole('row').filter({ hasText: lastError }).waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await whole.getByRole('link', { name: isRussian ? /отложено: / : / parked/ }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('dead');
    await page.locator('section[aria-labelledby=queues] tr', { hasText: RECORD }).getByRole('link').first().click();
    await expect.poll(() => page.url()).toContain(`function=${RECORD}`);
    const rows = page.getByRole('row').filter({ hasText: 'no valid JSON' });
    await rows.first().waitFor();
    await rows.first().getByRole('link').click();
    const text = page.getByRole('region', { name: isRussian ? 'Текст события' : 'Text of the event' });
    await text.getByText(`{"told": "${messageId}`).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.reload(); // the address alone leads here
    await text.getByText(`{"told": "${messageId}`).waitFor();

    await page.getByRole('button', { name: isRussian ? 'Отбросить …' : 'Drop …' }).click();
    const dialog = page.getByRole('dialog');
    const drops: string[] = [];
    page.on('request', (request) => request.url().endsWith('/drop') && drops.push(request.url()));
    await dialog.locator('button[type=submit]').click();
    expect(await dialog.isVisible()).toBe(true); // not without a reason
    await dialog.locator('input').fill('a test');
    expect(await axeViolations(page)).toEqual([]);
    await dialog.locator('button[type=submit]').click();
    await page.getByText(isRussian ? 'Событие отброшено' : 'The event was dropped').waitFor();
    await page.getByText(isRussian ? 'Отложенных событий нет' : 'No events are parked').waitFor();
    expect(drops).toHaveLength(1);
    expect(await countIn(DEAD)).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  },
);

it.each(VARIANTS)('events are sent again, one or all of a function, and each counts once: $name', async (variant) => {
  const isRussian = variant.locale === 'ru-RU';
  const { tasks, sums } = await parkRecordedEvents(3);
  const { page, context, faults } = await visit(variant, `/auth/?back=/ops/?function=${RECORD}`);
  await page.getByRole('button', { name: /Ара/ }).click();
  const rows = page.getByRole('row').filter({ hasText: 'the database was away' });
  await expect.poll(() => rows.count(), patient).toBe(3);

  await rows.first().getByRole('link').click();
  await page.getByRole('button', { name: isRussian ? 'Отправить снова' : 'Send again', exact: true }).click();
  await page.getByText(isRussian ? 'Событие отправлено снова' : 'The event was sent again').waitFor();
  await expect.poll(() => rows.count(), patient).toBe(2);

  await page.getByRole('button', { name: isRussian ? 'Отправить снова все: 2' : 'Send all 2 again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(RECORD).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await dialog.locator('button[type=submit]').click();
  await page.getByText(isRussian ? 'Отправлено снова: 2' : 'Sent again: 2').waitFor();
  await expect.poll(() => rows.count(), patient).toBe(0);
  await expect.poll(() => countIn(RECORD), patient).toBe(0);
  for (const task of tasks) expect(await sums(task.id)).toEqual([-task.feeCents]);
  expect(await countIn(DEAD)).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('a part that stops is named within seconds, and all is well when it is back', async () => {
  const [, desktop] = VARIANTS;
  const { page, context } = await visit(desktop, '/auth/?back=/ops/');
  await page.getByRole('button', { name: /Ара/ }).click();
  await page.getByText('Everything works').waitFor();
  await stopPart('tasks-close');
  await page.getByText('Not well: tasks-close').waitFor({ timeout: 10_000 });
  await startPart('tasks-close');
  await page.getByText('Everything works').waitFor({ timeout: 10_000 });
  await context.close();
});
