import { randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '#platform/database';
import { createLog } from '#platform/log';
import { metricsText, whenRead } from '#platform/metrics';
import { serviceUnderTest } from '#platform/testing/service-under-test';
import { type OutboxRow, type Outcome, type Publish, publisher } from './publisher.ts';
import { OutboxSender } from './sender.ts';
import { waitingRows } from './waiting.ts';

const EXCHANGE = `test.${randomBytes(4).toString('hex')}`;
const QUEUE = `${EXCHANGE}.queue`;
const TYPE = 'tasks.task-assigned.v2';
const log = createLog('test', 'silent');
const tasks = serviceUnderTest('tasks');

let connection: ChannelModel;
let channel: ConfirmChannel;
let database: Database;
let stopping: AbortController;
let runs: Promise<void>[];

beforeAll(async () => {
  connection = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
  // The connector's own user, which sees outbox tables and nothing else.
  database = openDatabase(tasks.databaseUrl('outbox'), 'outbox', 8);
});
afterAll(async () => {
  await database.close();
  await connection.close();
});
beforeEach(async () => {
  channel = await connection.createConfirmChannel();
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true, autoDelete: true });
  await tasks.rows('DELETE FROM outbox');
  await channel.assertQueue(QUEUE, { durable: true });
  await channel.bindQueue(QUEUE, EXCHANGE, 'tasks.#');
  stopping = new AbortController();
  runs = [];
});
afterEach(async () => {
  stopping.abort();
  await Promise.allSettled(runs);
  await channel.deleteQueue(QUEUE);
  await channel.close();
});

/** Starts a sender; it works until the test ends. */
function start(
  publish: Publish = publisher(channel, EXCHANGE, log),
  lookEveryMs?: number,
): { sender: OutboxSender; run: Promise<void> } {
  const sender = new OutboxSender('tasks', database, log, lookEveryMs);
  const run = sender.run(publish, stopping.signal);
  run.catch(() => undefined); // looked at by the test that expects it
  runs.push(run);
  return { sender, run };
}

interface Row {
  readonly id: string;
  readonly type: string;
  readonly envelope: string;
}

async function tell(count: number, changes: Partial<Row> = {}): Promise<Row[]> {
  const rows = Array.from({ length: count }, (): Row => {
    const id = uuidv7();
    const envelope = JSON.stringify({ id, type: changes.type ?? TYPE, traceparent: '00-x', data: randomUUID() });
    return { id, type: TYPE, envelope, ...changes };
  });
  await tasks.rows('INSERT INTO outbox (id, type, envelope, created_at, try_after) VALUES ?', [
    rows.map(({ id, type, envelope }) => [id, type, envelope, '2026-01-01', '2026-01-01']),
  ]);
  return rows;
}

const states = async () =>
  Object.fromEntries(
    (await tasks.rows('SELECT state, count(*) AS n FROM outbox GROUP BY state')).map(({ state, n }) => [state, n]),
  );

async function received(): Promise<GetMessage[]> {
  const found: GetMessage[] = [];
  for (let next = await channel.get(QUEUE, { noAck: true }); next; ) {
    found.push(next);
    next = await channel.get(QUEUE, { noAck: true });
  }
  return found;
}

it('what is told arrives byte by byte, persistent, under the event’s id and type, and is marked as sent', async () => {
  const rows = await tell(3);
  start();
  await expect.poll(states).toEqual({ sent: 3 });
  const messages = await received();
  expect(messages.map(({ content }) => content.toString())).toEqual(rows.map(({ envelope }) => envelope));
  expect(messages[0]?.fields.routingKey).toBe(TYPE);
  expect(messages[0]?.properties).toMatchObject({
    ...{ messageId: rows[0]?.id, contentType: 'application/cloudevents+json', deliveryMode: 2 },
    headers: { traceparent: '00-x' },
  });
});

it('a hint sends what was told; without one the sender looks by itself', async () => {
  await tell(1);
  const { sender } = start(undefined, 3_600_000); // after its first look it would look again in an hour
  await expect.poll(states).toEqual({ sent: 1 });
  await tell(1);
  sender.wake();
  await expect.poll(states).toEqual({ sent: 2 });
  start(); // this one is given no hint
  await tell(1);
  await expect.poll(states, { timeout: 10_000 }).toEqual({ sent: 3 });
});

it('several senders at once share a backlog: every event is published once', async () => {
  const rows = await tell(3_000);
  start();
  start();
  await expect.poll(states, { timeout: 10_000 }).toEqual({ sent: 3_000 });
  const ids = (await received()).map(({ properties }) => properties.messageId);
  expect(ids.sort()).toEqual(rows.map(({ id }) => id).sort());
});

it('an event that no queue takes stays, is tried again, and holds up none of the others', async () => {
  const [lonely] = await tell(1, { type: 'billing.nobody-hears.v1' });
  await tell(5);
  start();
  await expect.poll(states).toEqual({ pending: 1, sent: 5 });
  const row = async () => (await tasks.rows('SELECT attempts, state FROM outbox WHERE id = ?', [lonely?.id]))[0];
  await expect.poll(async () => (await row()).attempts).toBeGreaterThan(0);
  const { state, attempts } = await row();
  expect(state).toBe('pending');
  expect(attempts).toBeLessThan(5); // with a pause between them
  await channel.bindQueue(QUEUE, EXCHANGE, 'billing.#'); // the missing binding appears
  await expect.poll(row, { timeout: 10_000 }).toMatchObject({ state: 'sent' });
  expect((await received()).map(({ properties }) => properties.messageId)).toContain(lonely?.id);
});

it.each<[string, Partial<Row>]>([
  ['no JSON', { envelope: '{"id":' }],
  ['null', { envelope: 'null' }],
  ['another event', { envelope: JSON.stringify({ id: randomUUID(), type: TYPE, traceparent: '' }) }],
  ['over 256 KiB', { envelope: JSON.stringify({ pad: 'x'.repeat(300_000) }) }],
])('a row that holds %s can never be sent: it is set aside, and those behind it go out', async (_, spoilt) => {
  await tell(1, spoilt);
  await tell(4);
  start();
  await expect.poll(states).toEqual({ parked: 1, sent: 4 });
  expect(await received()).toHaveLength(4);
});

it('when confirms are missing it is unknown what was sent: nothing is marked, and the same ids go out again', async () => {
  const rows = await tell(10);
  const asked: string[] = [];
  const never: Publish = async (batch: readonly OutboxRow[]) => {
    asked.push(...batch.map(({ id }) => id));
    throw new Error('10 of 10 confirms are missing');
  };
  const { run } = start(never);
  await expect(run).rejects.toThrow('confirms are missing');
  expect(asked).toEqual(rows.map(({ id }) => id)); // asked once: the transaction was not simply run again
  expect(await states()).toEqual({ pending: 10 });
  start();
  await expect.poll(states).toEqual({ sent: 10 });
});

it('a connection that is lost while confirms are awaited counts nothing as refused: the rows go out at once over the next', async () => {
  await tell(1_000);
  const own = await connect(process.env.ATES_TEST_BROKER_SERVER ?? '');
  own.on('error', () => undefined);
  const first = publisher(await own.createConfirmChannel(), EXCHANGE, log);
  const { run } = start(async (rows) => {
    const outcomes = first(rows);
    (own.connection as { stream?: Socket }).stream?.destroy(new Error('cut off'));
    return outcomes;
  });
  await expect(run).rejects.toThrow('confirms are missing');
  const tried = await tasks.rows('SELECT count(*) AS n FROM outbox WHERE attempts > 0');
  expect(tried).toEqual([{ n: 0 }]);
  start();
  await expect.poll(states).toEqual({ sent: 1_000 });
});

it('a broker that refuses keeps the row', async () => {
  await tell(2);
  const full = `${QUEUE}.full`;
  await channel.assertQueue(full, { arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' } });
  await channel.bindQueue(full, EXCHANGE, 'tasks.#');
  const asked: Promise<Map<string, Outcome>>[] = [];
  const publish = publisher(channel, EXCHANGE, log);
  start((batch) => {
    asked.push(publish(batch));
    return asked.at(-1) as Promise<Map<string, Outcome>>;
  });
  await expect.poll(async () => (await tasks.rows('SELECT attempts FROM outbox'))[0].attempts).toBeGreaterThan(0);
  expect([...((await asked[0]) ?? []).values()]).toEqual(['refused', 'refused']);
  expect(await states()).toEqual({ pending: 2 });
  await channel.deleteQueue(full);
});

it('what was sent more than seven days ago is deleted, what waits is not, however old it is', async () => {
  await tell(3);
  await tasks.rows("UPDATE outbox SET state = 'sent', sent_at = NOW() - INTERVAL 8 DAY");
  const [kept] = await tell(1);
  await tasks.rows("UPDATE outbox SET state = 'parked' WHERE id = ?", [kept?.id]);
  start();
  await expect.poll(states).toEqual({ parked: 1 });
});

it('the connector’s user can read and mark events, and neither add one nor see a task', async () => {
  await expect(database.read((db) => db.connection.query('SELECT * FROM tasks'))).rejects.toThrow();
  await expect(
    database.read((db) =>
      db.connection.query(
        "INSERT INTO outbox (id, type, envelope, created_at, try_after) VALUES ('x','x','x',NOW(),NOW())",
      ),
    ),
  ).rejects.toThrow();
  await expect(database.read((db) => db.connection.query('SELECT count(*) FROM outbox'))).resolves.toBeDefined();
});

it('while nothing is sent the age of the oldest row is told all the same; a database that is away tells none', async () => {
  const away = openDatabase(new URL('mysql://outbox@127.0.0.1:9/tasks'), 'x', 1);
  const end = whenRead(
    waitingRows([
      { service: 'tasks', database },
      { service: 'away', database: away },
    ]),
  );
  const figures = async () =>
    [...(await metricsText()).matchAll(/^ates_outbox_(oldest_seconds|parked)\{service="(\w+)"\} (.*)$/gm)].map(
      ([, name, service, value]) => [name, service, Number(value)],
    );
  expect(await figures()).toEqual([
    ['oldest_seconds', 'tasks', 0],
    ['parked', 'tasks', 0],
  ]);
  await tell(3);
  const [first, second] = await tasks.rows('SELECT seq FROM outbox ORDER BY seq');
  const age =
    'UPDATE outbox SET created_at = UTC_TIMESTAMP(3) - INTERVAL ? SECOND, try_after = UTC_TIMESTAMP(3) + INTERVAL ? SECOND';
  await tasks.rows(age, [10, -10]);
  await tasks.rows(`${age} WHERE seq = ?`, [5_000, 50, first.seq]); // no queue took it, and it waits for its next try
  await tasks.rows("UPDATE outbox SET state = 'parked' WHERE seq = ?", [second.seq]);
  expect(await figures()).toEqual([
    ['oldest_seconds', 'tasks', expect.closeTo(5_000, -1)],
    ['parked', 'tasks', 1],
  ]);
  await end();
  expect(await figures()).toEqual([]);
  await away.close();
});
