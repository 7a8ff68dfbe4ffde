import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '#platform/config';
import { partUnderTest, person } from '#platform/testing/service-under-test';
import ops from './handler.ts';
import { allReady, statusOf } from './parts.ts';

const METRICS = `
process_start_time_seconds 1763892000
ates_build_info{version="1.2.3"} 1
ates_request_seconds_count{entry="GET /a",status="200"} 90
ates_request_seconds_count{entry="GET /a",status="503"} 10
ates_request_seconds_bucket{le="0.1",entry="GET /a",status="200"} 90
ates_request_seconds_bucket{le="0.2",entry="GET /a",status="200"} 90
ates_request_seconds_bucket{le="+Inf",entry="GET /a",status="200"} 90
ates_request_seconds_bucket{le="0.1",entry="GET /a",status="503"} 0
ates_request_seconds_bucket{le="0.2",entry="GET /a",status="503"} 10
ates_request_seconds_bucket{le="+Inf",entry="GET /a",status="503"} 10
ates_requests_in_flight 4
ates_alarms_total{alarm="x"} 2
ates_alarms_total{alarm="y"} 1
ates_outbox_oldest_seconds{service="tasks"} 7
ates_queue_held{function="accounts-record"} 5
ates_queue_oldest_held_seconds{function="accounts-record"} 1.5
ates_queue_function_away{function="accounts-record"} 1
`;

const LAST_ERROR = {
  at: '2026-11-25T10:00:00.000Z',
  what: 'GET /a 503 temporarily-unavailable',
  traceId: 'ab'.repeat(16),
};

/** How each part answers `/_/ready`: with a status, or not at all. */
const ready: Record<string, number | 'never'> = {};
const lastErrors: Record<string, string> = {
  'tasks-add': JSON.stringify(LAST_ERROR),
  'tasks-api': '{"at": "some day"}',
  outbox: '<html>It works!</html>',
};
let asked = 0;
const parts: Record<string, Server> = {};
const env: Record<string, string> = {};
const NAMES = ['tasks-add', 'tasks-api', 'accounts-record', 'outbox', 'queue', 'timer', 'ops'];

const password = () =>
  readFileSync(join(import.meta.dirname, '../../../.ates/test-engines/secrets/ops-broker-password'), 'utf8').trim();

beforeAll(async () => {
  for (const name of NAMES) {
    const server = createServer(({ url }, response) => {
      asked += 1;
      const answer = ready[name] ?? 200;
      if (answer === 'never') return;
      if (url === '/_/metrics') response.end(METRICS);
      else if (url === '/_/last-error') response.end(lastErrors[name] ?? 'null');
      else response.writeHead(url === '/_/ready' ? answer : 404).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    parts[name] = server;
    const { port } = server.address() as AddressInfo;
    env[`ATES_URL_${name.toUpperCase().replaceAll('-', '_')}`] = `http://127.0.0.1:${port}`;
  }
  const stackFile = join(tmpdir(), `ates-status-${process.pid}.yml`);
  const hears = { annotations: { 'ates.events': 'tasks.task-assigned' } };
  writeFileSync(
    stackFile,
    JSON.stringify({ functions: { 'tasks-add': {}, 'tasks-api': {}, 'accounts-record': hears } }),
  );
  Object.assign(env, {
    ATES_STACK_FILE: stackFile,
    ATES_AMQP_URL: (process.env.ATES_TEST_BROKER_SERVER ?? '').replace(/\/\/.*@/, '//ops@'),
  });
});
// Behind what makes its settings.
const { request } = partUnderTest(
  ops,
  () => env,
  () => ({ 'ops-broker-password': password() }),
);
afterAll(() => {
  for (const server of Object.values(parts)) server.close().closeAllConnections();
});
// Answers are shared for a second: each test begins a while after the one before.
beforeEach(() => {
  for (const name of NAMES) delete ready[name];
  later += 10_000;
});
const realNow = performance.now.bind(performance);
let later = 0;
vi.spyOn(performance, 'now').mockImplementation(() => realNow() + later);

const status = async () => (await request('GET', '/api/ops/status', { as: person('admin') })).body;
const partOf = (body: { parts: { name: string }[] }, name: string) => body.parts.find((part) => part.name === name);

/** The status under settings of its own. */
async function statusWith(settings: Record<string, string>) {
  const secrets = mkdtempSync(join(tmpdir(), 'ates-secrets-'));
  writeFileSync(join(secrets, 'ops-broker-password'), password());
  return statusOf(readConfig({ ...env, ...settings, ATES_SECRETS_DIR: secrets })).finally(() =>
    rmSync(secrets, { recursive: true }),
  );
}

it('tells of every part what its own metrics say, and of every queue what broker and connector know', async () => {
  const body = await status();
  expect(body.parts.map(({ name }: { name: string }) => name)).toEqual(NAMES);
  expect(partOf(body, 'tasks-add')).toEqual({
    ...{ name: 'tasks-add', kind: 'function', state: 'ready', instances: 1, version: '1.2.3' },
    ...{ startedAt: '2025-11-23T10:00:00.000Z', requests: 100, inFlight: 4, errors: 10, p95Ms: 150, alarms: 3 },
    lastError: LAST_ERROR,
  });
  for (const name of ['tasks-api', 'outbox', 'timer']) expect(partOf(body, name)).toMatchObject({ lastError: null });
  expect(body.queues).toMatchObject([
    { function: 'accounts-record', held: 5, oldestHeldSeconds: 1.5, functionAway: true },
  ]);
  expect(body).toMatchObject({
    outboxes: [{ service: 'tasks', oldestSeconds: 7 }],
    databases: [
      { service: 'tasks', state: 'ready' },
      { service: 'accounts', state: 'ready' },
    ],
    broker: 'ready',
  });
});

it('a part that does not answer, or says that it cannot work, is said so, and holds up nobody', async () => {
  Object.assign(ready, { 'accounts-record': 503, 'tasks-api': 'never', queue: 'never' });
  const began = realNow();
  const body = await status();
  expect(realNow() - began).toBeLessThan(4_000);
  expect(partOf(body, 'accounts-record')).toMatchObject({ state: 'not-ready', requests: 100 });
  const unknown = { version: null, startedAt: null, requests: null, inFlight: null, lastError: null };
  expect(partOf(body, 'tasks-api')).toMatchObject({ state: 'away', ...unknown });
  expect(partOf(body, 'tasks-add')).toMatchObject({ state: 'ready' });
  expect(body.queues).toMatchObject([{ held: null, functionAway: null }]);
  expect(body.databases).toEqual([
    { service: 'tasks', state: 'ready' }, // another function of it is ready
    { service: 'accounts', state: 'away' },
  ]);
});

it('how many instances a part has is told where its name tells it, and not behind a gateway', async () => {
  const behind = `${env.ATES_URL_TASKS_API}/function/tasks-api`;
  const named = { ATES_URL_TASKS_API: behind, ATES_URL_OUTBOX: 'http://no-such-part.invalid:8080' };
  const body = await statusWith(named);
  expect(partOf(body, 'tasks-add')).toMatchObject({ instances: 1 });
  expect(partOf(body, 'tasks-api')).toMatchObject({ instances: null, state: 'not-ready' });
  expect(partOf(body, 'outbox')).toMatchObject({ instances: null, state: 'away' });
});

it('a timer that was switched off is not missed', async () => {
  ready.timer = 'never';
  expect(await allReady(readConfig({ ...env, ATES_TIMER: 'off' }))).toBe(true);
});

it('without the broker the rest is told all the same', async () => {
  const body = await statusWith({ ATES_AMQP_URL: 'amqp://ops@127.0.0.1:9' });
  expect(body).toMatchObject({
    broker: 'away',
    queues: [{ depth: null, consumers: null, deadLetters: null, held: 5 }],
  });
  expect(partOf(body, 'tasks-add')).toMatchObject({ state: 'ready' });
});

it('its metrics tell which parts are ready, and what waits and is parked at the broker', async () => {
  ready['tasks-api'] = 503;
  ready.queue = 'never';
  const text = await ops.metrics();
  const states = [...text.matchAll(/^ates_part_ready\{part="(.*)"\} (\d)$/gm)].map(([, name, state]) => [name, state]);
  expect(Object.fromEntries(states)).toEqual({
    ...Object.fromEntries(NAMES.filter((name) => name !== 'ops').map((name) => [name, '1'])),
    ...{ 'tasks-api': '0', queue: '0' },
  });
  // Where somebody else looks at the dead letters at this moment, it is told the next time.
  const parked = /^ates_dead_letters\{function="accounts-record"\} \d+$/m;
  await expect.poll(() => ops.metrics(), { timeout: 15_000 }).toMatch(parked);
});

it.each(NAMES.filter((name) => name !== 'ops'))(
  '/readyz is 503, without a word why, while %s is not ready',
  async (name) => {
    for (const answer of [503, 'never'] as const) {
      later += 10_000;
      ready[name] = answer;
      const { status, body, headers } = await request('GET', '/readyz');
      expect([status, headers['retry-after']]).toEqual([503, '2']);
      expect(JSON.stringify(body)).not.toContain(name);
    }
  },
);

it('/readyz is 200 for everyone while every part is ready, and many who ask cost no more than one', async () => {
  const before = asked;
  const answers = await Promise.all(Array.from({ length: 50 }, () => request('GET', '/readyz')));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 OK\n']));
  expect(asked - before).toBe(NAMES.length - 1);
});
