import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { metricsText } from '#platform/metrics';
import { CALLER_KEY, exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import closeDayHandler from '../../functions/accounts/close-day/handler.ts';
import recordHandler from '../../functions/accounts/record/handler.ts';
import { functionCaller } from '../../functions/connectors/queue/call.ts';
import { FunctionQueue } from '../../functions/connectors/queue/function-queue.ts';

/**
 * Functions behind a gateway as OpenFaaS's: it strips `/function/NAME` and passes on the rest. Ours and others'
 * connectors reach them by its address alone.
 */

const accounts = serviceUnderTest('accounts');
const deployed = { record: accounts.start(recordHandler), close: accounts.start(closeDayHandler) };
const EXCHANGE = `test.${randomBytes(4).toString('hex')}`;
const QUEUE = `fn-${randomBytes(5).toString('hex')}`;

/** What is deployed under which name. */
let functions: Record<string, (typeof deployed)['record']>;
beforeEach(() => {
  functions = { [QUEUE]: deployed.record, 'accounts-close-day': deployed.close };
});

const gateway = createServer(async (request, response) => {
  const [, name = '', rest] = /^\/function\/([a-z0-9-]+)(\/.*)?$/.exec(request.url ?? '') ?? [];
  const rawBody = Buffer.concat(await Array.fromAsync(request));
  const target = functions[name];
  if (!target) return response.writeHead(404).end(`error finding function ${name}`);
  const headers = { ...(request.headers as Record<string, string>), 'x-call-id': randomUUID(), 'x-start-time': '1' };
  const answer = await target.request(request.method ?? '', rest ?? '/', { headers, body: rawBody });
  const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return response.writeHead(answer.status, answer.headers as Record<string, string>).end(body);
});
let address: string;
let connection: ChannelModel;
beforeAll(async () => {
  await new Promise<void>((resolve) => void gateway.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/function/{name}`;
  connection = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
});
afterAll(async () => {
  gateway.close().closeAllConnections();
  const channel = await connection.createChannel();
  for (const queue of [QUEUE, `${QUEUE}.dead`]) await channel.deleteQueue(queue);
  await channel.deleteExchange(EXCHANGE);
  await connection.close();
});
const post = (name: string, headers: Record<string, string>, body: string) =>
  fetch(address.replace('{name}', name), { method: 'POST', headers, body });
const rowsOf = (eventIds: readonly string[]) =>
  accounts.rows('SELECT event_id FROM transactions WHERE event_id IN (?)', [eventIds]);

it('the queue connector reaches functions by the gateway’s address alone; one that is not deployed yet is waited for', async () => {
  functions = {};
  const config = readConfig({ ATES_FUNCTION_URL: address });
  const call = functionCaller(config.addressOf(QUEUE), CALLER_KEY, 5_000);
  const options = { exchange: EXCHANGE, settleMs: 0 };
  const subscription = { function: QUEUE, bindings: ['tasks.task-assigned.#'] };
  const queue = new FunctionQueue(subscription, call, createLog('test', 'silent'), options);
  const stopping = new AbortController();
  const running = queue.run(connection, stopping.signal);
  await expect.poll(() => queue.working).toBe(true);

  const channel = await connection.createConfirmChannel();
  const events = Array.from({ length: 40 }, () => exampleOf(taskAssignedV2, { taskId: randomUUID(), version: 1 }));
  for (const event of events) {
    channel.publish(EXCHANGE, event.type, Buffer.from(JSON.stringify(event)), {
      messageId: event.id,
      persistent: true,
    });
  }
  await channel.waitForConfirms();
  await expect.poll(async () => (await channel.checkQueue(QUEUE)).messageCount).toBe(40); // 404: given back
  functions = { [QUEUE]: deployed.record };
  const ids = events.map(({ id }) => id);
  await expect.poll(async () => (await rowsOf(ids)).length, { timeout: 15_000 }).toBe(40);
  await expect.poll(metricsText).toContain(`ates_queue_held{function="${QUEUE}"} 0`); // all are answered for
  stopping.abort();
  await running;
  await expect.poll(async () => (await channel.checkQueue(QUEUE)).messageCount).toBe(0);
  expect((await channel.checkQueue(`${QUEUE}.dead`)).messageCount).toBe(0);
});

it('a connector that sends one event a call, as a plain body, is answered for it; sent again it counts once', async () => {
  const event = exampleOf(taskAssignedV2, { taskId: randomUUID(), version: 1 });
  const headers = {
    'content-type': 'application/cloudevents+json',
    'x-ates-caller-key': CALLER_KEY,
    'x-topic': event.type,
    'x-connector': 'connector-sdk',
    'x-rabbitmq-msg-id': event.id,
    'x-rabbitmq-routing-key': event.type,
  };
  for (let time = 1; time <= 2; time += 1) {
    const answer = await post(QUEUE, headers, JSON.stringify(event));
    expect([answer.status, await answer.json()]).toEqual([200, { handled: 1, failed: [] }]);
  }
  expect(await rowsOf([event.id])).toHaveLength(1);
});

it('without the caller key it is refused, whatever it says of itself, and nothing is recorded', async () => {
  const event = exampleOf(taskAssignedV2, { taskId: randomUUID(), version: 1 });
  const headers = { 'content-type': 'application/cloudevents+json', 'x-connector': 'connector-sdk' };
  expect((await post(QUEUE, headers, JSON.stringify(event))).status).toBe(401);
  expect(await rowsOf([event.id])).toEqual([]);
});

it.each([[{}], [{ 'content-type': 'text/plain' }]])(
  'the cron-connector’s call, empty and without a date, with %j, is taken: it brings forward what is due',
  async (more) => {
    const headers = { 'x-topic': 'cron-function', 'x-connector': 'cron-connector', ...more };
    const answer = await post('accounts-close-day', headers, '');
    expect([answer.status, await answer.text()]).toEqual([202, '']);
  },
);
