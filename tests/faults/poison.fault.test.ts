import { randomUUID } from 'node:crypto';
import { type ChannelModel, connect, type GetMessage } from 'amqplib';
import mysql from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { exampleOf } from '#platform/testing/service-under-test';
import { Visitor } from '../flows/visitor.ts';
import { checkLedger } from '../money/check.ts';

let connection: ChannelModel;
beforeAll(async () => {
  connection = await connect(Visitor.run().amqpUrl);
});
afterAll(() => connection.close());

/** Who hears that a task was assigned. */
const HEARERS = ['accounts-record', 'analytics-aggregate'];

const good = () => exampleOf(taskAssignedV2, { taskId: randomUUID(), userId: randomUUID() });
const text = (event: object) => JSON.stringify(event);

const POISON: readonly [string, () => string, RegExp][] = [
  ['broken JSON', () => '{"specversion":', /JSON/],
  ['no event', () => '{"hello":1}', /no event/],
  ['no id', () => text({ ...good(), id: '1' }), /id/],
  ['over 256 KiB', () => text({ ...good(), padding: 'x'.repeat(300_000) }), /256 KiB/],
  ['an unknown version', () => text({ ...good(), type: 'tasks.task-assigned.v9' }), /not known/],
  ['a fee of a cent too little', () => text({ ...good(), data: { ...good().data, feeCents: 999 } }), /feeCents/],
  ['a negative fee', () => text({ ...good(), data: { ...good().data, feeCents: -1_500 } }), /feeCents/],
  ['a fee that is no whole dollar', () => text({ ...good(), data: { ...good().data, feeCents: 1_550 } }), /feeCents/],
  ['an unknown field', () => text({ ...good(), data: { ...good().data, bonus: 1 } }), /bonus|additional|false/],
  ['another source', () => text({ ...good(), source: 'ates/stranger' }), /source/],
  ['an instant that there is not', () => text({ ...good(), time: '2026-02-30T10:00:00.000Z' }), /time/],
];

it('poison of every kind is parked unchanged with its reason within 10 s, and blocks nobody', async () => {
  const channel = await connection.createConfirmChannel();
  const sent = POISON.map(([kind, make, reason]) => ({ kind, body: make(), reason, messageId: uuidv7() }));
  for (const { body, messageId } of sent) {
    channel.publish('ates.events', 'tasks.task-assigned.v2', Buffer.from(body), {
      messageId,
      persistent: true,
      mandatory: true,
    });
  }
  await channel.waitForConfirms();

  // Somebody else's task goes through meanwhile.
  const manager = await Visitor.signIn('manager');
  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Beside the poison ${randomUUID()}` });
  const worker = await Visitor.signInById(task.userId);
  await expect
    .poll(async () =>
      (await worker.get('/api/accounts/me/transactions')).body.items.map((row: { taskId: string }) => row.taskId),
    )
    .toContain(task.id);

  for (const queue of HEARERS) {
    const parked = new Map<string, GetMessage>();
    const collect = async () => {
      for (let message = await channel.get(`${queue}.dead`); message; message = await channel.get(`${queue}.dead`)) {
        parked.set(String(message.properties.messageId), message);
      }
      return sent.every(({ messageId }) => parked.has(messageId));
    };
    await expect.poll(collect, { timeout: 10_000, interval: 200 }).toBe(true);
    for (const { kind, body, reason, messageId } of sent) {
      const { content, properties } = parked.get(messageId) as GetMessage;
      expect(content.toString(), kind).toBe(body);
      const headers = properties.headers ?? {};
      expect(headers['x-ates-reason'], kind).toMatch(reason);
      expect(headers['x-ates-id'], kind).toMatch(/^[\da-f]{8}-/);
      expect(headers['x-ates-attempts'], kind).toBe(1);
      expect(headers['x-ates-queue'], kind).toBe(queue);
      expect(Date.parse(String(headers['x-ates-parked-at'])), kind).toBeGreaterThan(Date.now() - 60_000);
    }
    for (const message of parked.values()) channel.ack(message);
  }
  await channel.close();
  expect(await checkLedger(Visitor.run())).toEqual([]);
});

/** How many times Accounts knows the event in its inbox. */
async function timesHandled(eventId: string): Promise<number> {
  const accounts = await mysql.createConnection({ uri: Visitor.run().databases.accounts ?? '' });
  try {
    const [rows] = await accounts.query('SELECT event_id FROM inbox WHERE event_id = ?', [eventId]);
    return (rows as unknown[]).length;
  } finally {
    await accounts.end();
  }
}

it('the same event published five times counts once', async () => {
  const manager = await Visitor.signIn('manager');
  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Five times ${randomUUID()}` });
  const worker = await Visitor.signInById(task.userId);
  const rows = async () =>
    (await worker.get('/api/accounts/me/transactions?limit=200')).body.items.filter(
      (row: { taskId: string }) => row.taskId === task.id,
    );
  await expect.poll(async () => (await rows()).length).toBe(1);

  // What the outbox sent, sent again by somebody who was told nothing of its arrival.
  const { feeCents, rewardCents, title, jiraId, userId, version } = task;
  const data = { taskId: task.id, title, jiraId, userId, feeCents, rewardCents, version };
  const fact = exampleOf(taskAssignedV2, data, { time: task.assignedAt });
  const channel = await connection.createConfirmChannel();
  let returned = 0;
  channel.on('return', () => (returned += 1));
  for (let n = 0; n < 5; n += 1) {
    channel.publish('ates.events', fact.type, Buffer.from(JSON.stringify(fact)), {
      messageId: fact.id,
      persistent: true,
      mandatory: true,
    });
  }
  await channel.waitForConfirms();
  expect(returned, 'all five are in the queue').toBe(0);
  await channel.close();

  const marker = (await manager.send('POST', '/api/tasks', { title: `Behind them ${randomUUID()}` })).body;
  const next = await Visitor.signInById(marker.userId);
  await expect
    .poll(async () =>
      (await next.get('/api/accounts/me/transactions')).body.items.map((row: { taskId: string }) => row.taskId),
    )
    .toContain(marker.id);
  expect(await timesHandled(fact.id)).toBe(1);
  expect(await rows()).toHaveLength(1);
  expect(await checkLedger(Visitor.run())).toEqual([]);
});
