import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLog } from '#platform/log';
import { metricsText } from '#platform/metrics';
import { functionCaller } from './call.ts';
import { FunctionQueue } from './function-queue.ts';

const EXCHANGE = `test.${randomBytes(4).toString('hex')}`;
const brokerServer = process.env.ATES_TEST_BROKER_SERVER ?? 'amqp://nobody';
const log = createLog('test', 'silent');
const TYPE = 'tests.thing-happened.v1';

let connection: ChannelModel;
let channel: ConfirmChannel;
beforeAll(async () => {
  connection = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
  channel = await connection.createConfirmChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
});
afterAll(async () => {
  await channel.deleteExchange(EXCHANGE);
  await connection.close();
});

/** What the function does with a call: answers, or breaks the connection. */
type Behaviour = (ids: string[], response: ServerResponse, request: IncomingMessage) => void;

const answer = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
/** Handles everything but what `failed` names. */
const handles =
  (failed: (id: string) => { retryable: boolean; reason: string } | null = () => null): Behaviour =>
  (ids, response) =>
    answer(response, 200, {
      handled: ids.length,
      failed: ids.flatMap((id) => (failed(id) ? [{ id, ...failed(id) }] : [])),
    });

let name: string;
let server: Server;
let port: number;
let behaviour: Behaviour;
let calls: { ids: string[]; at: number }[];
let stopping: AbortController;
let running: Promise<void> | null;

beforeEach(async () => {
  name = `fn-${randomBytes(5).toString('hex')}`;
  behaviour = handles();
  calls = [];
  stopping = new AbortController();
  running = null;
  await listen(0);
});
afterEach(async () => {
  stopping.abort();
  await running;
  await close();
  for (const queue of [name, `${name}.dead`]) await channel.deleteQueue(queue);
});

async function listen(on: number): Promise<void> {
  server = createServer(async (request, response) => {
    const body = JSON.parse((await Array.fromAsync(request)).join('')) as { id: string }[];
    const ids = body.map(({ id }) => id);
    calls.push({ ids, at: performance.now() });
    behaviour(ids, response, request);
  });
  await new Promise<void>((resolve) => void server.listen(on, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}
const close = () =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Runs the queue of the function until the test ends, over a new connection whenever one fails, as the connector does. */
async function start(options: { failuresInARow?: number; callTimeoutMs?: number } = {}): Promise<FunctionQueue> {
  const { callTimeoutMs = 2_000, ...rest } = options;
  const call = functionCaller(`http://127.0.0.1:${port}`, 'key', callTimeoutMs);
  const retryPausesMs = [20, 20, 20, 20];
  const queue = new FunctionQueue({ function: name, bindings: ['tests.thing-happened.#'] }, call, log, {
    ...{ exchange: EXCHANGE, settleMs: 0, retryPausesMs },
    ...rest,
  });
  running = (async () => {
    while (!stopping.signal.aborted) {
      const own = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
      await queue.run(own, stopping.signal).catch(() => undefined);
      await own.close();
    }
  })();
  await expect.poll(() => queue.working).toBe(true);
  return queue;
}

const eventOf = (id: string) => ({
  ...{ specversion: '1.0', id, source: 'ates/tests', type: TYPE, time: '2026-11-23T10:00:00.000Z' },
  ...{ subject: randomUUID(), datacontenttype: 'application/json', dataschema: `ates:events/${TYPE}` },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { n: 1 },
});

/** Publishes new events; resolves with their ids once the broker has them. */
async function publish(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  for (const id of ids) {
    const options = { messageId: id, persistent: true, mandatory: true };
    channel.publish(EXCHANGE, TYPE, Buffer.from(JSON.stringify(eventOf(id))), options);
  }
  await channel.waitForConfirms();
  return ids;
}

/** What the connector's metrics tell of this queue. */
const figure = async (metric: string) =>
  Number(new RegExp(`^ates_queue_${metric}\\{function="${name}"\\} (.*)$`, 'm').exec(await metricsText())?.[1]);
const messagesIn = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
const comesTrue = (check: Promise<unknown>): Promise<boolean> =>
  check.then(
    () => true,
    () => false,
  );

/**
 * Everything was answered for: nothing is in the queue, and nothing comes back when the consumer goes. A broker may
 * forget acknowledgements that are under way when a channel closes, and sends again: then that is handled once more.
 */
async function settled(): Promise<void> {
  for (let more = 2; ; more -= 1) {
    await expect.poll(() => messagesIn(name), { timeout: 15_000 }).toBe(0);
    await expect.poll(() => figure('held'), { timeout: 15_000 }).toBe(0);
    stopping.abort();
    await running;
    const isEmpty = expect.poll(() => messagesIn(name), { timeout: 5_000 }).toBe(0); // the broker counts a moment later
    if (more === 0) return isEmpty;
    if (await comesTrue(isEmpty)) return;
    stopping = new AbortController();
    await start();
  }
}
async function deadLetters(): Promise<GetMessage[]> {
  const found: GetMessage[] = [];
  for (let next = await channel.get(`${name}.dead`, { noAck: true }); next; ) {
    found.push(next);
    next = await channel.get(`${name}.dead`, { noAck: true });
  }
  return found;
}
/** Resolves when the function has been asked for all of these in calls that it answered with 200. */
const isAsked = (ids: string[]) => {
  const asked = new Set(calls.flatMap((call) => call.ids));
  return ids.every((id) => asked.has(id));
};

it('a backlog goes out in calls of up to 500, each event once, and everything is acknowledged', async () => {
  await start();
  stopping.abort();
  await running;
  stopping = new AbortController();
  const ids = await publish(1_700);
  const held: (() => void)[] = [];
  behaviour = (...call) => held.push(() => handles()(...call));
  await start({ callTimeoutMs: 15_000 });
  await expect.poll(() => figure('held')).toBe(1_500); // so many the broker gives before the first is answered for
  behaviour = handles();
  for (const release of held) release();
  await expect.poll(() => isAsked(ids)).toBe(true);
  await settled();
  expect(calls.flatMap((call) => call.ids)).toHaveLength(1_700);
  expect(Math.max(...calls.map((call) => call.ids.length))).toBe(500);
  expect(calls.length).toBeLessThan(12);
});

it('what may be tried again has five tries, then it is parked with its reason; those beside it are not held up', async () => {
  await start();
  let bad = '';
  behaviour = (ids, response, request) => {
    bad ||= ids[0] as string; // whichever comes first
    handles((id) => (id === bad ? { retryable: true, reason: 'no such worker yet' } : null))(ids, response, request);
  };
  const ids = await publish(20);
  await expect.poll(() => bad && calls.filter((call) => call.ids.includes(bad)).length).toBe(5);
  await settled();
  const [letter, ...more] = await deadLetters();
  expect(more).toEqual([]);
  expect(letter?.content.toString()).toContain(bad);
  expect(letter?.properties.headers).toMatchObject({
    'x-ates-reason': 'no such worker yet',
    'x-ates-attempts': 5,
    'x-ates-queue': name,
  });
  for (const id of ids.filter((other) => other !== bad)) {
    expect(calls.filter((call) => call.ids.includes(id))).toHaveLength(1);
  }
});

it('what is never to be tried again is parked at once', async () => {
  await start();
  behaviour = handles(() => ({ retryable: false, reason: 'a fee of a cent' }));
  const [id = ''] = await publish(1);
  await expect.poll(() => messagesIn(`${name}.dead`)).toBe(1);
  await settled();
  expect(calls.filter((call) => call.ids.includes(id))).toHaveLength(1);
  expect((await deadLetters())[0]?.properties.headers).toMatchObject({ 'x-ates-attempts': 1 });
});

it.each([
  ['headers as large as can be sent', { headers: { large: 'x'.repeat(65_400) } }],
  ['a user of its own, which the broker lets nobody else name', { userId: new URL(brokerServer).username }],
  ['a time to live', { expiration: '100' }],
])('poison with %s is parked, stays parked, and blocks nobody', async (_, options) => {
  await start();
  channel.publish(EXCHANGE, TYPE, Buffer.from('{"broken'), { ...options, persistent: true, mandatory: true });
  const ids = await publish(3);
  await expect.poll(() => messagesIn(`${name}.dead`), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => isAsked(ids)).toBe(true);
  await settled();
  await pause(300);
  const [letter] = await deadLetters();
  expect(letter?.content.toString()).toBe('{"broken');
  expect(letter?.properties.headers).toMatchObject({ 'x-ates-reason': 'no valid JSON', 'x-ates-queue': name });
});

it('an event that makes every call with it fail is found by halving, and parked alone', async () => {
  await start();
  const poison = uuidv7();
  behaviour = (ids, response, request) => {
    if (ids.includes(poison)) answer(response, 500, '{}');
    else handles()(ids, response, request);
  };
  const options = { messageId: poison, persistent: true };
  channel.publish(EXCHANGE, TYPE, Buffer.from(JSON.stringify(eventOf(poison))), options);
  const ids = await publish(300);
  await expect.poll(() => messagesIn(`${name}.dead`), { timeout: 10_000 }).toBe(1);
  await settled();
  expect(isAsked(ids)).toBe(true);
  const [letter] = await deadLetters();
  expect(letter?.properties.headers).toMatchObject({ 'x-ates-reason': 'answered 500', 'x-ates-attempts': 5 });
  expect(letter?.content.toString()).toContain(poison);
});

it('a bad deploy, which fails for every event, parks nothing; once it is mended everything is handled', async () => {
  await start({ failuresInARow: 20 });
  behaviour = (_, response) => answer(response, 500, '{}');
  const ids = await publish(60);
  // It has given up asking with all of them, and asks with one now and then.
  await expect.poll(() => calls.slice(-2).every((call) => call.ids.length === 1) && calls.length > 30).toBe(true);
  expect(await messagesIn(`${name}.dead`)).toBe(0);
  calls = [];
  behaviour = handles();
  await expect.poll(() => isAsked(ids), { timeout: 15_000 }).toBe(true);
  await settled();
  expect(await deadLetters()).toEqual([]);
});

it.each<[string, Behaviour]>([
  ['404', (_, response) => answer(response, 404, '{}')],
  ['429', (_, response) => answer(response, 429, '{}', { 'retry-after': '0' })],
  ['502', (_, response) => answer(response, 502, '{}')],
  ['503', (_, response) => answer(response, 503, '{}')],
  ['401', (_, response) => answer(response, 401, '{}')],
  ['403', (_, response) => answer(response, 403, '{}')],
  ['a page with 200', (_, response) => answer(response, 200, '<html>It works!</html>')],
  ['200 for another number of events', (_, response) => answer(response, 200, { handled: 7, failed: [] })],
])(
  'while the function answers %s nothing is acknowledged, tried or parked; afterwards everything is handled',
  async (_, away) => {
    await start();
    behaviour = away;
    const ids = await publish(7 * 3);
    await expect.poll(() => calls.length, { timeout: 10_000 }).toBeGreaterThan(2);
    await expect.poll(() => messagesIn(name)).toBe(ids.length); // given back: it is not held while it cannot be worked on
    expect(await messagesIn(`${name}.dead`)).toBe(0);
    calls = [];
    behaviour = handles();
    await expect.poll(() => isAsked(ids), { timeout: 10_000 }).toBe(true);
    await settled();
    expect(await deadLetters()).toEqual([]);
  },
);

it('while nobody listens nothing is lost; afterwards everything is handled', async () => {
  await start();
  await close();
  const ids = await publish(30);
  await expect.poll(() => messagesIn(name), { timeout: 5_000 }).toBe(30);
  await listen(port);
  await expect.poll(() => isAsked(ids), { timeout: 10_000 }).toBe(true);
  await settled();
  expect(await deadLetters()).toEqual([]);
});

it('a function that asks for a pause by Retry-After gets it', async () => {
  await start();
  behaviour = (_, response) => answer(response, 429, '{}', { 'retry-after': '1' });
  await publish(1);
  await expect.poll(() => calls.length, { timeout: 10_000 }).toBeGreaterThan(2);
  const pauses = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThan(990);
  behaviour = handles();
  await settled();
});

it.each<[string, Behaviour]>([
  ['breaks off in the middle', (_, response) => void response.destroy()],
  ['never answers', () => undefined],
])('a function that %s may have done it: the events are sent again, unchanged', async (_, lost) => {
  await start({ callTimeoutMs: 300 });
  let losses = 2;
  behaviour = (ids, response, request) => {
    losses -= 1;
    if (losses >= 0) lost(ids, response, request);
    else handles()(ids, response, request);
  };
  const ids = await publish(9);
  await expect.poll(() => losses < 0 && isAsked(ids), { timeout: 10_000 }).toBe(true);
  await settled();
  for (const id of ids) expect(calls.filter((call) => call.ids.includes(id)).length).toBeGreaterThan(0);
  expect(await deadLetters()).toEqual([]);
});

it('an event that could not be parked, since its queue of dead letters is gone, is kept and parked when it is back', async () => {
  await start();
  await channel.deleteQueue(`${name}.dead`);
  behaviour = handles(() => ({ retryable: false, reason: 'never' }));
  const [id = ''] = await publish(1);
  await expect
    .poll(
      () =>
        connection.createChannel().then(async (probe) => {
          probe.on('error', () => undefined);
          const count = await probe.checkQueue(`${name}.dead`).then(
            (queue) => queue.messageCount,
            () => 0,
          );
          await probe.close().catch(() => undefined);
          return count;
        }),
      { timeout: 10_000 },
    )
    .toBe(1);
  await settled();
  expect((await deadLetters())[0]?.content.toString()).toContain(id);
});

it('a queue that was deleted is declared and bound again, and takes what comes then', async () => {
  const queue = await start();
  await channel.deleteQueue(name);
  await expect.poll(() => queue.working && messagesInOrNull(), { timeout: 10_000 }).toBe(0);
  const ids = await publish(5);
  await expect.poll(() => isAsked(ids), { timeout: 10_000 }).toBe(true);
  await settled();
});

async function messagesInOrNull(): Promise<number | null> {
  const probe = await connection.createChannel();
  probe.on('error', () => undefined);
  const found = await probe.checkQueue(name).catch(() => null);
  await probe.close().catch(() => undefined);
  return found?.messageCount ?? null;
}

it('however many events fail at the head of the queue, those behind them are handled, and the failing ones are parked', async () => {
  behaviour = (_, response) => answer(response, 503, {});
  await start({ failuresInARow: 5 });
  const bad = await publish(8);
  const good = await publish(3);
  const fails = (ids: readonly string[]) => ids.some((id) => bad.includes(id));
  calls = [];
  behaviour = (ids, response, request) => (fails(ids) ? answer(response, 500, {}) : handles()(ids, response, request));
  await expect.poll(() => messagesIn(`${name}.dead`), { timeout: 25_000 }).toBe(bad.length);
  await settled();
  const passed = calls.filter(({ ids }) => !fails(ids)).flatMap(({ ids }) => ids);
  expect(good.filter((id) => !passed.includes(id))).toEqual([]);
}, 30_000);

it('several connectors share a queue; when one is cut off in the middle, what it held is handled by the others', async () => {
  await start();
  let cut = null as ChannelModel | null;
  const call = functionCaller(`http://127.0.0.1:${port}`, 'key', 2_000);
  const others = [1, 2].map(async (n) => {
    const subscription = { function: name, bindings: ['tests.thing-happened.#'] };
    const queue = new FunctionQueue(subscription, call, log, { exchange: EXCHANGE, settleMs: 0 });
    const own = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
    own.on('error', () => undefined);
    if (n === 1) cut = own;
    await queue.run(own, stopping.signal).catch(() => undefined);
    await own.close().catch(() => undefined);
  });
  await expect.poll(async () => (await channel.checkQueue(name)).consumerCount).toBe(3);
  const byNow = new Set<string>();
  behaviour = (ids, response, request) => {
    for (const id of ids) byNow.add(id);
    if (byNow.size > 800) (cut?.connection as { stream?: Socket } | undefined)?.stream?.destroy(new Error('cut off'));
    handles()(ids, response, request);
  };
  const ids = await publish(3_000);
  await expect.poll(() => isAsked(ids), { timeout: 15_000 }).toBe(true);
  await settled();
  await Promise.all(others);
  expect(await deadLetters()).toEqual([]);
});

it('a call that outlives its connection ends nothing of the next one: messages are taken, and it is told so', async () => {
  let release: () => void = () => undefined;
  behaviour = (ids, response, request) => {
    release = () => handles()(ids, response, request);
  };
  const call = functionCaller(`http://127.0.0.1:${port}`, 'key', 20_000);
  const subscription = { function: name, bindings: ['tests.thing-happened.#'] };
  const queue = new FunctionQueue(subscription, call, log, { exchange: EXCHANGE, settleMs: 0 });
  const run = async () => {
    const own = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
    own.on('error', () => undefined);
    const ended = queue.run(own, stopping.signal).catch(() => undefined);
    return { cutOff: () => (own.connection as { stream?: Socket }).stream?.destroy(new Error('cut off')), ended };
  };
  const first = await run();
  await expect.poll(() => queue.working).toBe(true);
  const ids = await publish(1);
  await expect.poll(() => isAsked(ids)).toBe(true);
  first.cutOff();
  await expect.poll(() => queue.working).toBe(false);
  const answerFirst = release;
  running = (await run()).ended;
  await expect.poll(() => queue.working).toBe(true);
  await expect.poll(() => calls.length).toBe(2); // it came again
  answerFirst();
  await first.ended;
  expect(queue.working).toBe(true);
  release();
  await settled();
});

it('asked to stop, it waits for the call under way and acknowledges what that answers for', async () => {
  // As above: the broker may forget that, but does not do so each time.
  for (let more = 2; ; more -= 1) {
    await start();
    let release: () => void = () => undefined;
    behaviour = (ids, response, request) => {
      release = () => handles()(ids, response, request);
    };
    const ids = await publish(3);
    await expect.poll(() => isAsked(ids)).toBe(true);
    const before = calls.length;
    stopping.abort();
    release();
    await running;
    expect(calls, 'no further call').toHaveLength(before);
    const isEmpty = expect.poll(() => messagesIn(name), { timeout: 3_000 }).toBe(0);
    if (more === 0) return isEmpty;
    if (await comesTrue(isEmpty)) return;
    await channel.purgeQueue(name);
    calls = [];
    stopping = new AbortController();
  }
});

it('a call that hangs is told by the metrics: in flight, what is held, since when, and how old that is', async () => {
  await start();
  let release: () => void = () => undefined;
  behaviour = (ids, response, request) => {
    release = () => handles()(ids, response, request);
  };
  const ids = await publish(1);
  await expect.poll(() => isAsked(ids)).toBe(true);
  await publish(2); // which wait for the call
  await expect.poll(() => figure('held')).toBe(3);
  await expect.poll(() => figure('oldest_held_seconds')).toBeGreaterThan(0.2);
  expect(await figure('calls_in_flight')).toBe(1);
  expect(await figure('lag_seconds')).toBeGreaterThan(3_600); // the sample's time
  behaviour = handles();
  release();
  await settled();
  for (const metric of ['calls_in_flight', 'held', 'oldest_held_seconds', 'lag_seconds']) {
    expect(await figure(metric), metric).toBe(0);
  }
  expect(await metricsText()).toContain(`ates_queue_call_seconds_count{function="${name}",outcome="200"} 2`);
});

it('events of one story are called for under its trace; a batch of several under one of its own', async () => {
  const seen: string[] = [];
  behaviour = (ids, response, request) => {
    seen.push(String(request.headers.traceparent));
    handles()(ids, response, request);
  };
  await start();
  await publish(2); // one trace
  await settled();
  expect(new Set(seen.map((traceparent) => traceparent.slice(3, 35)))).toEqual(
    new Set(['0af7651916cd43dd8448eb211c80319c']),
  );
});

it('the call tells who calls, what about, and carries the caller key', async () => {
  const seen: IncomingMessage['headers'][] = [];
  behaviour = (ids, response, request) => {
    seen.push(request.headers);
    handles()(ids, response, request);
  };
  await start();
  const [id] = await publish(1);
  await settled();
  expect(seen[0]).toMatchObject({
    'content-type': 'application/cloudevents-batch+json',
    'x-ates-caller-key': 'key',
    'x-connector': 'ates-queue',
    'x-topic': TYPE,
    'x-rabbitmq-msg-id': id,
    'x-rabbitmq-routing-key': TYPE,
  });
});
