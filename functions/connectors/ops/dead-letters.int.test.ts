import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelModel, type ConfirmChannel, connect, type Message, type Options } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { createLog } from '#platform/log';
import { exampleOf, partUnderTest, person } from '#platform/testing/service-under-test';
import { deadLetterId, deadQueueOf, declare } from '../queue/topology.ts';
import { actOnAll, findLetter, listLetters } from './dead-letters.ts';
import { openDeadQueues, withBroker } from './dead-queues.ts';
import ops from './handler.ts';

/** Functions by these names have queues; nothing runs behind them here. */
const [RECORD, SEND] = ['accounts-record', 'tasks-close'] as const;
const EXCHANGE = `test.${randomUUID()}`;
const KEY = 'tasks.task-assigned.v2';
const PATH = '/api/ops/dead-letters';
const folder = mkdtempSync(join(tmpdir(), 'ates-ops-'));
const stackFile = join(folder, 'stack.yml');
const admin = person('admin');

const server = () => process.env.ATES_TEST_BROKER_SERVER ?? '';
/** The connector's own user, with the rights that the starter gives it. */
const password = () =>
  readFileSync(join(import.meta.dirname, '../../../.ates/test-engines/secrets/ops-broker-password'), 'utf8').trim();
const asOps = () => Object.assign(new URL(server()), { username: 'ops', password: password() }).href;

const { request } = partUnderTest(
  ops,
  () => ({ ATES_AMQP_URL: server().replace(/\/\/.*@/, '//ops@'), ATES_STACK_FILE: stackFile }),
  () => ({ 'ops-broker-password': password() }),
);

let connection: ChannelModel;
let channel: ConfirmChannel;
beforeAll(async () => {
  const hears = { annotations: { 'ates.events': 'tasks.task-assigned' } };
  writeFileSync(stackFile, JSON.stringify({ functions: { [RECORD]: hears, [SEND]: hears, 'tasks-api': {} } }));
  connection = await connect(server());
});
afterAll(async () => {
  await connection.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  channel = await connection.createConfirmChannel();
  for (const name of [RECORD, SEND]) {
    await declare(connection, channel, EXCHANGE, { function: name, bindings: ['tasks.task-assigned.#'] }, 0);
  }
});
afterEach(async () => {
  for (const name of [RECORD, SEND]) {
    await channel.deleteQueue(name);
    await channel.deleteQueue(deadQueueOf(name));
  }
  await channel.deleteExchange(EXCHANGE);
  await channel.close();
});

interface Parking {
  readonly to?: string;
  readonly at?: string;
  readonly options?: Options.Publish;
  readonly headers?: Record<string, unknown>;
}

/** Puts a message among the dead letters, as the queue connector does; gives the letter's id. */
async function park(content: Buffer | object, { to = RECORD, at, options = {}, headers = {} }: Parking = {}) {
  const id = randomUUID();
  const parked = { 'x-ates-id': id, 'x-ates-reason': 'a fee of a cent', 'x-ates-attempts': 5, 'x-ates-queue': to };
  const when = { 'x-ates-parked-at': at ?? new Date().toISOString(), 'x-ates-routing-key': KEY };
  const body = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const all = { ...options, persistent: true, headers: { ...parked, ...when, ...headers } };
  channel.publish('', deadQueueOf(to), body, all);
  await channel.waitForConfirms();
  return id;
}
const event = () => exampleOf(taskAssignedV2, { taskId: randomUUID() });
const list = (query = '') => request('GET', PATH + query, { as: admin });
const idsOf = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id);
const countIn = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
const replay = (id: string) => request('POST', `${PATH}/${id}/replay`, { as: admin });
const drop = (id: string, reason = 'a test') => request('POST', `${PATH}/${id}/drop`, { as: admin, body: { reason } });

/** Everything that waits in a queue, in its order; it stays there. */
async function messagesOf(queue: string): Promise<Message[]> {
  const own = await connection.createChannel();
  const count = await countIn(queue);
  const found: Message[] = [];
  await own.consume(queue, (message) => message && found.push(message));
  await expect.poll(() => found.length, { timeout: 5_000 }).toBe(count);
  await own.close();
  await expect.poll(() => countIn(queue)).toBe(found.length);
  return found;
}

/** Without what the broker itself puts on a delivery. */
const headersOf = (message: Message | undefined) => {
  const { 'x-delivery-count': _, ...headers } = message?.properties.headers ?? {};
  return headers;
};

describe('looking', () => {
  it('tells what each letter is, whose it is and why it is there, newest first', async () => {
    const fact = event();
    const old = await park(fact, { at: '2026-11-20T10:00:00.000Z' });
    const young = await park(Buffer.from('{"broken'), { at: '2026-11-22T10:00:00.000Z', options: { messageId: 'm' } });
    const other = await park(event(), { to: SEND, at: '2026-11-21T10:00:00.000Z' });

    const answer = await list();
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual([young, other, old]);
    expect(answer.body).toMatchObject({ nextCursor: null, total: 3, beyond: 0 });
    expect(answer.body.items[0]).toMatchObject({ eventId: 'm', type: KEY, subject: null, traceId: null, bytes: 8 });
    expect(answer.body.items[2]).toEqual({
      ...{ id: old, function: RECORD, eventId: fact.id, type: fact.type, subject: fact.subject },
      ...{ reason: 'a fee of a cent', attempts: 5, parkedAt: '2026-11-20T10:00:00.000Z' },
      ...{ traceId: fact.traceparent.slice(3, 35), bytes: JSON.stringify(fact).length },
    });
    expect(idsOf(await list(`?function=${SEND}`))).toEqual([other]);
    expect(await list('?function=tasks-api')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '?function' }] },
    });
  });

  it('pages stay stable while letters are parked', async () => {
    const at = (n: number) => `2026-11-23T10:00:0${Math.floor(n / 2)}.000Z`; // two of each instant
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await park(event(), { at: at(n) }));
    const seen: string[] = [];
    for (let cursor = ''; cursor !== 'end'; ) {
      const page = await list(`?limit=2${cursor}`);
      seen.push(...idsOf(page));
      cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : 'end';
      await park(event(), { at: '2026-11-24T10:00:00.000Z' });
    }
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen).toHaveLength(6);
    const { nextCursor } = (await list('?limit=2')).body;
    expect((await list(`?limit=2&function=${RECORD}&cursor=${nextCursor}`)).status).toBe(422);
  });

  it('takes nothing, and leaves all in their order, however often and by however many at once', async () => {
    for (let n = 0; n < 2_000; n += 1) {
      channel.publish('', deadQueueOf(RECORD), Buffer.from('{}'), { messageId: String(n), persistent: true });
    }
    await channel.waitForConfirms();
    const answers = await Promise.all([list(), list(), list('?limit=200')]);
    expect(answers.map(({ status, body }) => [status, body.total])).toEqual(Array(3).fill([200, 2_000]));
    expect((await request('GET', `${PATH}/${randomUUID()}`, { as: admin })).status).toBe(404);
    const left = (await messagesOf(deadQueueOf(RECORD))).map(({ properties }) => Number(properties.messageId));
    expect(left).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
  });

  it('tens of thousands are counted, and looked at up to a limit', async () => {
    for (let n = 0; n < 25_000; n += 1)
      channel.publish('', deadQueueOf(RECORD), Buffer.from('{}'), { persistent: true });
    await channel.waitForConfirms();
    const before = process.memoryUsage().heapUsed;
    const began = performance.now();
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body.total).toBe(25_000);
    expect(body.beyond).toBeGreaterThanOrEqual(5_000);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150e6);
    expect(await countIn(deadQueueOf(RECORD))).toBe(25_000);
  });

  it.each<[string, Buffer]>([
    ['JSON', Buffer.from('{"a": 1}')],
    ['text', Buffer.from('Привет \u0000 <script>')],
    ['nothing', Buffer.alloc(0)],
  ])('shows %s as it came, with its headers', async (_, content) => {
    const id = await park(content, {
      options: { contentType: 'text/x', messageId: 'm' },
      headers: { n: 1, 'x-own': ['a'] },
    });
    const { status, body } = await request('GET', `${PATH}/${id}`, { as: admin });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, body: content.toString(), bodyCut: false, contentType: 'text/x', messageId: 'm' });
    expect(body.headers).toMatchObject({ n: 1, 'x-own': ['a'], 'x-ates-id': id });
    expect(await countIn(deadQueueOf(RECORD))).toBe(1);
  });

  it('shows bytes that are no text, and the beginning of what is too long', async () => {
    const bytes = await park(Buffer.from([0xff, 0xfe, 0x41]), { headers: { raw: Buffer.from([1, 2]) } });
    expect((await request('GET', `${PATH}/${bytes}`, { as: admin })).body.body).toContain('A');
    const long = await park(Buffer.alloc(400_000, 'x'));
    const { body } = await request('GET', `${PATH}/${long}`, { as: admin });
    expect(body).toMatchObject({ bytes: 400_000, bodyCut: true, type: KEY });
    expect(body.body).toHaveLength(64 * 1024);
  });

  it('what the broker itself has parked has an id too, made from queue and message id', async () => {
    const fact = event();
    channel.publish(EXCHANGE, KEY, Buffer.from(JSON.stringify(fact)), { messageId: fact.id, persistent: true });
    await channel.waitForConfirms();
    await channel.unbindQueue(SEND, EXCHANGE, 'tasks.task-assigned.#');
    // A consumer that dies of it again and again, until the queue's own delivery limit is reached.
    const { consumerTag } = await channel.consume(RECORD, (message) => message && channel.reject(message, true));
    await expect.poll(() => countIn(deadQueueOf(RECORD)), { timeout: 15_000 }).toBe(1);
    await channel.cancel(consumerTag);

    const [letter] = (await list(`?function=${RECORD}`)).body.items;
    expect(letter).toMatchObject({
      ...{ id: deadLetterId(RECORD, fact.id), eventId: fact.id, type: KEY, attempts: null },
      reason: 'parked by the broker: delivery_limit',
    });
    expect(Date.parse(letter.parkedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect((await replay(letter.id)).status).toBe(200);
    const [message] = await messagesOf(RECORD);
    expect(headersOf(message)).toEqual({ 'x-ates-routing-key': KEY });
  });
});

describe('replaying', () => {
  it('sends the message back to its own function alone, as it was, and only then takes the letter away', async () => {
    const fact = event();
    const options = { messageId: fact.id, contentType: 'application/cloudevents+json', appId: 'tasks', priority: 3 };
    const id = await park(fact, { options, headers: { traceparent: fact.traceparent } });
    const beside = await park(event());

    expect(await replay(id)).toMatchObject({ status: 200, body: { id, eventId: fact.id } });
    const [message, ...more] = await messagesOf(RECORD);
    expect(more).toEqual([]);
    expect(message?.content.toString()).toBe(JSON.stringify(fact));
    expect(message?.properties).toMatchObject({ ...options, deliveryMode: 2 });
    expect(headersOf(message)).toEqual({ traceparent: fact.traceparent, 'x-ates-routing-key': KEY });
    expect(await countIn(SEND)).toBe(0);
    expect(idsOf(await list())).toEqual([beside]);
  });

  it('pressed twice, also at once, it is done once: the letter is gone then', async () => {
    const id = await park(event());
    const answers = await Promise.all([replay(id), replay(id), replay(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    expect(await countIn(RECORD)).toBe(1);
  });

  it('of two letters with one id it takes the older, and leaves the other', async () => {
    const id = await park(Buffer.from('first'));
    await park(Buffer.from('second'), { headers: { 'x-ates-id': id } });
    expect((await replay(id)).body.body).toBe('first');
    expect((await request('GET', `${PATH}/${id}`, { as: admin })).body.body).toBe('second');
  });

  it('a letter whose function has no queue stays where it is', async () => {
    const id = await park(event());
    await channel.deleteQueue(RECORD);
    expect(await replay(id)).toMatchObject({ status: 503, body: { type: '/problems/temporarily-unavailable' } });
    expect(idsOf(await list())).toEqual([id]);
  });

  it('of all that a function has, those that come back meanwhile are not taken again', async () => {
    for (let n = 0; n < 500; n += 1) {
      channel.publish('', deadQueueOf(RECORD), Buffer.from(String(n)), { persistent: true });
    }
    await channel.waitForConfirms();
    const { consumerTag } = await channel.consume(RECORD, (message) => {
      if (!message) return;
      channel.publish('', deadQueueOf(RECORD), message.content, { persistent: true }, () => channel.ack(message));
    });
    const log = createLog('test', 'silent');
    const replayed = await withBroker(asOps(), async (own) =>
      actOnAll(await openDeadQueues(own), RECORD, { fate: 'replay', by: 'test', why: null }, log),
    );
    expect(replayed).toBe(500);
    // An acknowledgement that was under way when the channel closed may be lost: then the letter is there twice.
    const isBack = async () => (await countIn(RECORD)) === 0 && (await countIn(deadQueueOf(RECORD))) >= 500;
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
    await channel.cancel(consumerTag);
    const left = new Set((await messagesOf(deadQueueOf(RECORD))).map(({ content }) => content.toString()));
    expect(left.size).toBe(500);
  });
});

describe('dropping', () => {
  it('takes the letter away for good; who, why and the event itself are in the log', async () => {
    const fact = event();
    const id = await park(fact);
    const file = join(folder, 'audit.log');
    const act = { fate: 'drop', by: admin.id, why: 'told twice' } as const;
    const log = createLog('ops', 'info', file);
    await withBroker(asOps(), async (own) => findLetter(await openDeadQueues(own), [SEND, RECORD], id, act, log));
    const told = JSON.parse(readFileSync(file, 'utf8'));
    expect(told).toMatchObject({ deadLetter: id, function: RECORD, by: admin.id, why: 'told twice' });
    expect(JSON.parse(told.event)).toEqual(fact);
    expect(await countIn(deadQueueOf(RECORD))).toBe(0);
    expect(await countIn(RECORD)).toBe(0);
  });

  it('answers with what it was; a second time there is nothing', async () => {
    const id = await park(Buffer.from('poison'));
    expect(await drop(id)).toMatchObject({ status: 200, body: { id, body: 'poison' } });
    expect((await drop(id)).status).toBe(404);
  });

  it.each([{}, { reason: '' }, { reason: '  ' }, { reason: 'x'.repeat(501) }, { reason: 1 }, { reason: 'a', more: 1 }])(
    'with %j it is refused, and the letter stays',
    async (body) => {
      const id = await park(event());
      expect((await request('POST', `${PATH}/${id}/drop`, { as: admin, body })).status).toBe(422);
      expect(idsOf(await list())).toEqual([id]);
    },
  );
});

it.each(['worker', 'manager', 'accountant', 'executive'] as const)('a %s sees and changes nothing', async (role) => {
  const id = await park(event());
  const as = person(role);
  expect((await request('GET', PATH, { as })).status).toBe(403);
  expect((await request('GET', `${PATH}/${id}`, { as })).status).toBe(403);
  expect((await request('POST', `${PATH}/${id}/replay`, { as })).status).toBe(403);
  expect((await request('POST', `${PATH}/${id}/drop`, { as, body: { reason: 'x' } })).status).toBe(403);
  expect(idsOf(await list())).toEqual([id]);
});

describe('one reader at a time', () => {
  it('while somebody else reads for long, the answer is 409, and afterwards all is there', async () => {
    const id = await park(event());
    const other = await connect(server());
    const holding = await other.createChannel();
    await holding.assertQueue('ates.ops', { exclusive: true, durable: false });
    expect(await list()).toMatchObject({ status: 409, body: { type: '/problems/dead-letters-busy' } });
    const waiting = list();
    await other.close();
    expect(idsOf(await waiting)).toEqual([id]);
  });

  it('a reader that dies in the middle takes nothing with it, and leaves no lock', async () => {
    const id = await park(event());
    const other = await connect(server());
    await openDeadQueues(other);
    const dying = await other.createChannel();
    await dying.get(deadQueueOf(RECORD));
    await other.close();
    await expect.poll(async () => idsOf(await list())).toEqual([id]);
  });
});

describe('a broker that is away', () => {
  const readAt = (url: string) =>
    withBroker(url, async (own) => listLetters(await openDeadQueues(own), [RECORD])).catch((error: unknown) => error);

  it('is told at once where nobody listens, and within seconds where nobody answers', async () => {
    expect(await readAt('amqp://ops:x@127.0.0.1:9')).toMatchObject({ code: 'temporarily-unavailable' });
    const deaf = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => void deaf.listen(0, '127.0.0.1', resolve));
    const began = performance.now();
    const { port } = deaf.address() as { port: number };
    expect(await readAt(`amqp://ops:x@127.0.0.1:${port}`)).toMatchObject({ code: 'temporarily-unavailable' });
    expect(performance.now() - began).toBeLessThan(4_000);
    deaf.close();
  });

  it('in the middle of a replay leaves it unknown, and says so: the letter may be there still', async () => {
    const id = await park(event());
    // Between us and the broker: the answer to the publish never comes through.
    const upstream = new URL(server());
    const link = createServer((near) => {
      const far = createConnection(Number(upstream.port), upstream.hostname);
      for (const end of [near, far]) end.on('error', () => undefined);
      far.pipe(near);
      near.on('data', (bytes) => {
        far.write(bytes);
        if (bytes.includes('x-ates-routing-key')) far.unpipe(near);
      });
    });
    await new Promise<void>((resolve) => void link.listen(0, '127.0.0.1', resolve));
    const { port } = link.address() as { port: number };
    const act = { fate: 'replay', by: 'test', why: null } as const;
    const url = Object.assign(new URL(asOps()), { port }).href;
    const outcome = withBroker(url, async (own) =>
      findLetter(await openDeadQueues(own), [RECORD], id, act, createLog('test', 'silent')),
    );
    await expect(outcome).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await countIn(RECORD)).toBe(1);
    await expect.poll(() => countIn(deadQueueOf(RECORD)), { timeout: 15_000 }).toBe(1);
    link.close();
  });
});

it('its broker user sees no events and sends none but to queues by name', async () => {
  const own = await connect(asOps());
  const attempts: [string, (channel: ConfirmChannel) => Promise<unknown>][] = [
    ['read a function’s queue', (it) => it.get(RECORD)],
    ['bind', (it) => it.bindQueue(deadQueueOf(RECORD), EXCHANGE, '#')],
    ['declare', (it) => it.assertQueue('mine')],
    ['delete', (it) => it.deleteQueue(deadQueueOf(RECORD))],
    ['purge', (it) => it.purgeQueue(RECORD)],
    [
      'publish to the exchange',
      async (it) => {
        it.publish(EXCHANGE, KEY, Buffer.from('{}'));
        await it.waitForConfirms();
      },
    ],
  ];
  for (const [what, attempt] of attempts) {
    const mine = await own.createConfirmChannel();
    const refused = new Promise((resolve) => mine.once('error', resolve));
    await Promise.race([attempt(mine).then(() => expect.unreachable(what)), refused]).catch(() => undefined);
    expect(await refused, what).toMatchObject({ code: 403 });
  }
  await own.close();
});
