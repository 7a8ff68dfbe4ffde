import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '#platform/log';
import { metricsText } from '#platform/metrics';
import { type Outcome, type Publish, publisher } from '../outbox/publisher.ts';
import type { Call } from './call.ts';
import { FunctionQueue } from './function-queue.ts';
import { Gate } from './gate.ts';

const TYPE = 'tests.thing-happened.v1';
const log = createLog('test', 'silent');
const patient = { timeout: 10_000, interval: 20 };

let exchange: string;
let entry: string;
/** Two functions that hear the same event; the second one's queue is ready later. */
let names: [string, string];
let heard: Map<string, Set<string>>;
let connection: ChannelModel;
let channel: ConfirmChannel;
let publish: Publish;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  const run = randomBytes(4).toString('hex');
  [exchange, entry, names] = [`test.${run}.events`, `test.${run}.outbox`, [`one-${run}`, `two-${run}`]];
  heard = new Map(names.map((name) => [name, new Set()]));
  connection = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
  channel = await connection.createConfirmChannel();
  await channel.assertExchange(entry, 'topic', { durable: true });
  publish = publisher(channel, entry, log);
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await running;
  for (const name of names.flatMap((queue) => [queue, `${queue}.dead`])) await channel.deleteQueue(name);
  for (const name of [exchange, entry]) await channel.deleteExchange(name);
  await connection.close();
});

/** The queue connector, as its main runs it; what a function gets it has heard. */
function startConnector(settleMs: number): FunctionQueue[] {
  const gate = new Gate(entry, exchange, names);
  const call = (name: string) => async (batch: Parameters<Call>[0]) => {
    for (const { id } of batch) heard.get(name)?.add(id);
    const body = JSON.stringify({ handled: batch.length, failed: [] });
    return { kind: 'answer' as const, status: 200, body, retryAfter: null };
  };
  const queues = names.map((name, index) => {
    const options = { exchange, gate, settleMs: settleMs * (index + 1) };
    return new FunctionQueue({ function: name, bindings: ['tests.thing-happened.#'] }, call(name), log, options);
  });
  running = (async () => {
    while (!stopping.signal.aborted) {
      const own = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
      const lost = new AbortController();
      gate.use(own);
      const ended = AbortSignal.any([stopping.signal, lost.signal]);
      await Promise.all(queues.map((queue) => queue.run(own, ended))).catch(() => undefined);
      lost.abort();
      await own.close();
    }
  })();
  return queues;
}

/** Publishes one event after the other until told to end; what became of each. */
function publishOn() {
  let isOver = false;
  const outcomes = new Map<string, Outcome>();
  const done = (async () => {
    while (!isOver) {
      const id = uuidv7();
      const envelope = JSON.stringify({
        ...{ specversion: '1.0', id, source: 'ates/tests', type: TYPE, time: new Date().toISOString() },
        ...{ subject: id, datacontenttype: 'application/json', dataschema: `ates:events/${TYPE}` },
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        data: { n: 1 },
      });
      outcomes.set(id, (await publish([{ seq: 1, id, type: TYPE, envelope, attempts: 0 }])).get(id) as Outcome);
      await pause(1);
    }
  })();
  const has = (outcome: Outcome) => [...outcomes.values()].includes(outcome);
  const end = async () => {
    isOver = true;
    await done;
    return [...outcomes].filter(([, outcome]) => outcome === 'confirmed').map(([id]) => id);
  };
  return { has, end, outcomes };
}

const missedBy = (name: string, ids: readonly string[]) => ids.filter((id) => !heard.get(name)?.has(id));

it('at a first start no event is taken for one function before the other can have it too', async () => {
  const publishing = publishOn();
  await expect.poll(() => publishing.has('returned'), patient).toBe(true);
  startConnector(150);
  await expect.poll(() => publishing.has('confirmed'), patient).toBe(true);
  const confirmed = await publishing.end();
  for (const name of names) await expect.poll(() => missedBy(name, confirmed), patient).toEqual([]);
});

it('a queue that is deleted closes the gate, with an alarm, until it is back; from then on nothing is missed', async () => {
  const alarms = async () =>
    Number(/^ates_alarms_total\{alarm="queue-deleted"\} (.*)$/m.exec(await metricsText())?.[1] ?? 0);
  const before = await alarms();
  const queues = startConnector(100);
  await expect.poll(() => queues.every((queue) => queue.working), patient).toBe(true);
  await channel.deleteQueue(names[1]);
  const publishing = publishOn();
  await expect.poll(() => publishing.has('returned'), patient).toBe(true);
  publishing.outcomes.clear(); // what came before the connector knew must be sent again by hand: that is the alarm
  await expect.poll(() => publishing.has('confirmed'), patient).toBe(true);
  const confirmed = await publishing.end();
  for (const name of names) await expect.poll(() => missedBy(name, confirmed), patient).toEqual([]);
  expect(await alarms()).toBe(before + 1);
});

it('a connector that starts again with every queue in its place lets events through all the while', async () => {
  const queues = startConnector(0);
  await expect.poll(() => queues.every((queue) => queue.working), patient).toBe(true);
  const publishing = publishOn();
  await expect.poll(() => publishing.has('confirmed'), patient).toBe(true);
  stopping.abort();
  await running;
  stopping = new AbortController();
  const again = startConnector(0);
  await expect.poll(() => again.every((queue) => queue.working), patient).toBe(true);
  const confirmed = await publishing.end();
  expect(publishing.has('returned')).toBe(false);
  for (const name of names) await expect.poll(() => missedBy(name, confirmed), patient).toEqual([]);
});
