import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import mysql from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '../money/check.ts';
import { ates, startPart, stopPart } from './command-line.ts';
import { Visitor } from './visitor.ts';

const RECORD = 'accounts-record';
const PATH = '/api/ops/dead-letters';
const patient = { timeout: 20_000, interval: 100 };

let admin: Visitor;
let connection: ChannelModel;
let channel: ConfirmChannel;
beforeAll(async () => {
  admin = await Visitor.signIn('admin');
  connection = await connect(Visitor.run().amqpUrl);
  channel = await connection.createConfirmChannel();
});
afterAll(async () => {
  // Other functions hear the same poison; nothing of it is left for the tests that come.
  for (const letter of (await admin.get(`${PATH}?limit=200`)).body.items) {
    if (poison.includes(letter.eventId)) await admin.send('POST', `${PATH}/${letter.id}/drop`, { reason: 'a test' });
  }
  await connection.close();
});

const countIn = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
const readyz = async () => (await Visitor.anonymous().get('/readyz')).status;
const lettersOf = async (eventId: string) =>
  (await admin.get(`${PATH}?function=${RECORD}&limit=200`)).body.items.filter(
    (letter: { eventId: string }) => letter.eventId === eventId,
  );

const poison: string[] = [];

async function publishPoison(): Promise<string> {
  const messageId = uuidv7();
  poison.push(messageId);
  channel.publish('ates.events', 'tasks.task-assigned.v2', Buffer.from('{"broken'), { messageId, persistent: true });
  await channel.waitForConfirms();
  await expect.poll(async () => (await lettersOf(messageId)).length, patient).toBe(1);
  return messageId;
}

/** A new task whose first event waits in the queue of accounts-record, which is stopped; `during` gets hold of it. */
async function whileItsEventWaits(during: (content: Buffer, eventId: string) => Promise<void>) {
  await stopPart(RECORD);
  const { body: task } = await admin.send('POST', '/api/tasks', { title: `Goes astray ${randomUUID()}` });
  await expect.poll(() => countIn(RECORD), patient).toBe(1);
  const message = await channel.get(RECORD);
  if (!message) throw new Error('somebody else has taken it');
  await during(message.content, String(message.properties.messageId));
  channel.ack(message);
  await expect.poll(() => countIn(RECORD), patient).toBe(0);
  await startPart(RECORD);
  return task as { id: string; feeCents: number };
}
const recorded = async (taskId: string) =>
  (await admin.get(`/api/accounts/transactions?taskId=${taskId}`)).body.items.map(
    ({ sumCents }: { sumCents: number }) => sumCents,
  );
/** Events that come afterwards have been recorded: what came before has too. */
async function laterEventsAreRecorded() {
  const { body: marker } = await admin.send('POST', '/api/tasks', { title: `Behind it ${randomUUID()}` });
  await expect.poll(() => recorded(marker.id), patient).toEqual([-marker.feeCents]);
}

describe('whether all is ready', () => {
  it('everyone may ask: 200, within seconds 503 when a function stops, and 200 when it is back', async () => {
    await expect.poll(readyz, patient).toBe(200);
    await stopPart('tasks-api');
    await expect.poll(readyz).toBe(503);
    await startPart('tasks-api');
    await expect.poll(readyz).toBe(200);
  });

  it('without ops nobody can tell: 503', async () => {
    await stopPart('ops');
    expect(await readyz()).toBe(503);
    await startPart('ops');
    await expect.poll(readyz, patient).toBe(200);
  });

  it('the status names every part, ready and counted', async () => {
    const { body } = await admin.get('/api/ops/status');
    const engines = ['database', 'broker', 'nginx', 'mail', 'bank'];
    const names = Object.keys(Visitor.run().parts).filter((name) => !engines.includes(name));
    expect(body.parts.map(({ name }: { name: string }) => name).sort()).toEqual(names.sort());
    for (const part of body.parts) {
      expect(part, part.name).toMatchObject({ state: 'ready', version: expect.stringMatching(/^\d/) });
      if (part.kind === 'function') expect(part.requests, part.name).toBeGreaterThanOrEqual(0);
    }
    expect(body.queues).toContainEqual(
      expect.objectContaining({ function: RECORD, depth: 0, consumers: 1, functionAway: false }),
    );
    expect(body.databases).toContainEqual({ service: 'accounts', state: 'ready' });
    expect(body.broker).toBe('ready');
  });
});

it('every part, and the starter, goes on after being asked for an address that no URL has', async () => {
  const control = JSON.parse(readFileSync(join(process.env.ATES_TEST_DATA ?? '', 'control.json'), 'utf8'));
  const before = Visitor.run().parts;
  const own = Object.entries(before).filter(([name, { url }]) => url.startsWith('http:') && name !== 'nginx');
  for (const [name, { url }] of own) {
    const { status } = await fetch(`${url}//`, { signal: AbortSignal.timeout(5_000) });
    expect(status, name).toBe(404);
  }
  expect((await fetch(`http://127.0.0.1:${control.port}//`, { signal: AbortSignal.timeout(5_000) })).status).toBe(401);
  expect((await ates('status')).code).toBe(0);
  expect(Visitor.run().parts).toEqual(before);
});

it('poison is found with its reason, and dropped for good', async () => {
  const [letter] = await lettersOf(await publishPoison());
  expect(letter).toMatchObject({ function: RECORD, reason: 'no valid JSON', attempts: 1 });
  expect((await admin.get(`${PATH}/${letter.id}`)).body).toMatchObject({ body: '{"broken' });
  const { status } = await admin.send('POST', `${PATH}/${letter.id}/drop`, { reason: 'a test' });
  expect(status).toBe(200);
  expect((await admin.get(`${PATH}/${letter.id}`)).status).toBe(404);
  const log = readFileSync(join(process.env.ATES_TEST_DATA ?? '', 'log/ops.log'), 'utf8');
  const line = log.split('\n').find((text) => text.includes(letter.id) && text.includes('dropped'));
  const { id: by } = (await admin.get('/api/auth/session')).body;
  expect(JSON.parse(line ?? '{}')).toMatchObject({ by, why: 'a test', event: '{"broken' });
});

it('poison that is replayed comes back as the same letter', async () => {
  const eventId = await publishPoison();
  const [letter] = await lettersOf(eventId);
  expect((await admin.send('POST', `${PATH}/${letter.id}/replay`, {})).status).toBe(200);
  await expect.poll(async () => (await lettersOf(eventId))[0]?.parkedAt > letter.parkedAt, patient).toBe(true);
  const [again, ...more] = await lettersOf(eventId);
  expect(more).toEqual([]);
  expect(again).toMatchObject({ id: letter.id, reason: letter.reason, type: 'tasks.task-assigned.v2' });
  expect((await ates('dead', 'drop', letter.id, '--reason', 'a test')).code).toBe(0);
});

it('an event that was parked three times, and is replayed each time, counts once', async () => {
  let id = '';
  const task = await whileItsEventWaits(async (content, messageId) => {
    id = messageId;
    const headers = { 'x-ates-id': uuidv7(), 'x-ates-reason': 'a test', 'x-ates-queue': RECORD };
    for (let n = 0; n < 3; n += 1) {
      channel.publish('', `${RECORD}.dead`, content, { messageId, persistent: true, headers });
    }
    await channel.waitForConfirms();
  });
  expect(await recorded(task.id)).toEqual([]);
  for (let n = 3; n > 0; n -= 1) {
    const letters = await lettersOf(id);
    expect(letters).toHaveLength(n);
    expect((await admin.send('POST', `${PATH}/${letters[0].id}/replay`, {})).status).toBe(200);
    await expect.poll(() => recorded(task.id), patient).toEqual([-task.feeCents]);
  }
  await laterEventsAreRecorded();
  expect(await recorded(task.id)).toEqual([-task.feeCents]);
  expect(await lettersOf(id)).toEqual([]);
  expect(await checkLedger(Visitor.run())).toEqual([]);
});

describe('at the command line', () => {
  it('dead letters are listed, shown, replayed and dropped, one or all of a function, while ops is away too', async () => {
    const eventId = await publishPoison();
    await publishPoison();
    const [{ id }] = await lettersOf(eventId);
    await stopPart('ops');
    const list = await ates('dead', 'list', RECORD);
    expect(list).toMatchObject({ code: 0, output: expect.stringMatching(new RegExp(`^${id} .*no valid JSON$`, 'm')) });
    expect(list.output).toMatch(/^2 dead letters$/m);
    expect(JSON.parse((await ates('dead', 'show', id)).output)).toMatchObject({ id, eventId, body: '{"broken' });
    expect(await ates('dead', 'replay', id)).toMatchObject({ code: 0, output: 'replayed 1\n' });
    await expect.poll(() => countIn(`${RECORD}.dead`), patient).toBe(2);
    expect(await ates('dead', 'replay', '--function', RECORD)).toMatchObject({ code: 0, output: 'replayed 2\n' });
    await expect.poll(() => countIn(`${RECORD}.dead`), patient).toBe(2);
    expect(await ates('dead', 'drop', '--function', RECORD, '--reason', 'a test')).toMatchObject({
      ...{ code: 0, output: 'dropped 2\n' },
    });
    expect(await ates('dead', 'list', RECORD)).toMatchObject({ code: 0, output: '0 dead letters\n' });
    expect((await ates('dead', 'show', id)).code).toBe(2);
    await startPart('ops');
  });

  it('what was sent since an instant is sent again: what was lost is recorded, the rest counts once', async () => {
    const since = new Date().toISOString();
    await laterEventsAreRecorded();
    const lost = await whileItsEventWaits(async () => undefined); // acknowledged, and handled by nobody
    await laterEventsAreRecorded();
    expect(await recorded(lost.id)).toEqual([]);

    const database = await mysql.createConnection(Visitor.run().databases.tasks ?? '');
    const count = async (where: string, values: string[]) => {
      const rows = await database.query<mysql.RowDataPacket[]>(
        `SELECT COUNT(*) AS n FROM outbox WHERE ${where}`,
        values,
      );
      return Number(rows[0][0]?.n);
    };
    // An event may be recorded a moment before its row is told to be sent.
    await expect.poll(() => count("state <> 'sent'", []), patient).toBe(0);
    const sent = await count('sent_at >= ?', [since.replace('T', ' ').replace('Z', '')]);
    await database.end();
    const { code, output } = await ates('resend', 'tasks', '--since', since);
    expect([code, output]).toEqual([0, `${sent} events of tasks go out again\n`]);
    expect(sent).toBeGreaterThanOrEqual(3);
    await expect.poll(() => recorded(lost.id), patient).toEqual([-lost.feeCents]);
    await laterEventsAreRecorded();
    expect(await recorded(lost.id)).toEqual([-lost.feeCents]);
    expect(await checkLedger(Visitor.run())).toEqual([]);
  });

  it.each([
    [['dead', 'list', 'tasks-api']],
    [['dead', 'show', uuidv7()]],
    [['dead', 'replay']],
    [['dead', 'replay', uuidv7(), '--function', RECORD]],
    [['dead', 'drop', uuidv7()]],
    [['dead', 'list', '--fly']],
    [['resend', 'tasks', '--since', 'yesterday']],
    [['resend', 'auth', '--since', '2026-11-23T10:00:00Z']],
  ])('ates %j is refused with 2, and says why', async (args) => {
    const { code, output } = await ates(...args);
    expect(code).toBe(2);
    expect(output).not.toMatch(/Error|at .*\.ts:/);
  });
});
