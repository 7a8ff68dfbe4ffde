import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { beforeAll, describe, expect, it } from 'vitest';
import { askControl } from '../../local/control.ts';
import { Visitor } from '../flows/visitor.ts';
import { checkAtRest, checkLedger } from './ledger-check.ts';

const PEOPLE = 12;
const dataDir = () => process.env.ATES_TEST_DATA ?? '';
let managers: Visitor[];

beforeAll(async () => {
  managers = await Promise.all(Array.from({ length: 4 }, () => Visitor.signIn('manager')));
});

/** What became of a command: its task, or nothing that could be told. */
interface Sent {
  readonly key: string;
  readonly taskId: string | null;
}

/** Adds tasks from several people at once until told to stop; whoever gets no clear answer repeats with the same key. */
function load(): { stop(): Promise<Sent[]> } {
  let going = true;
  const people = Array.from({ length: PEOPLE }, async (_, index) => {
    const sent: Sent[] = [];
    while (going) sent.push(await addOnce(managers[index % managers.length] as Visitor));
    return sent;
  });
  return {
    async stop() {
      going = false;
      return (await Promise.all(people)).flat();
    },
  };
}

async function addOnce(manager: Visitor): Promise<Sent> {
  const key = randomUUID();
  const deadline = performance.now() + 40_000;
  while (performance.now() < deadline) {
    const answer = await manager
      .send('POST', '/api/tasks', { title: key }, { 'idempotency-key': key })
      .catch(() => null);
    if (answer?.status === 201) return { key, taskId: answer.body.id };
    if (answer?.status === 401) await manager.send('PUT', '/api/auth/session', {}).catch(() => null);
    if (answer && ![401, 429, 502, 503, 504].includes(answer.status))
      throw new Error(`unexpected ${answer.status}: ${JSON.stringify(answer.body)}`);
    await pause(100); // as a person who presses again
  }
  return { key, taskId: null };
}

async function atRest(): Promise<void> {
  const { databases } = Visitor.run();
  const tasks = await mysql.createConnection({ uri: databases.tasks ?? '' });
  const accounts = await mysql.createConnection({ uri: databases.accounts ?? '' });
  try {
    const one = async (connection: Connection, sql: string) =>
      Number(((await connection.query(sql))[0] as { n: number }[])[0]?.n);
    const counts = async () => {
      const told = await one(tasks, 'SELECT count(*) AS n FROM outbox');
      const sent = await one(tasks, "SELECT count(*) AS n FROM outbox WHERE state = 'sent'");
      const recorded = await one(accounts, 'SELECT count(*) AS n FROM transactions');
      return told === sent && sent === recorded;
    };
    await expect.poll(counts, { timeout: 60_000, interval: 200 }).toBe(true);
  } finally {
    await Promise.all([tasks.end(), accounts.end()]);
  }
}

/** Every acknowledged command is there once, no other is there twice. */
async function effectsOf(sent: readonly Sent[]): Promise<void> {
  const tasks = await mysql.createConnection({ uri: Visitor.run().databases.tasks ?? '' });
  try {
    const [rows] = (await tasks.query('SELECT id, title FROM tasks WHERE title IN (?)', [
      sent.map(({ key }) => key),
    ])) as unknown as [{ id: string; title: string }[]];
    const ids = Map.groupBy(rows, (row) => row.title);
    for (const { key, taskId } of sent) {
      const found = (ids.get(key) ?? []).map((row) => row.id);
      expect(found.length).toBeLessThanOrEqual(1);
      if (taskId !== null) expect(found).toEqual([taskId]);
    }
  } finally {
    await tasks.end();
  }
}

describe('kill -9 under load loses nothing and doubles nothing', () => {
  it.each([
    ['accounts-record', 4],
    ['tasks-add', 4],
    ['outbox', 4],
    ['queue', 4],
    ['nginx', 2],
    ['broker', 1],
    ['database', 2],
  ])('%s', async (part, kills) => {
    const people = load();
    for (let n = 0; n < kills; n += 1) {
      await pause(300 + Math.random() * 700); // a random moment of the load
      await askControl(dataDir(), 'kill', part);
      await askControl(dataDir(), 'start', part); // resolves when it is ready again
    }
    const sent = await people.stop();
    expect(sent.filter(({ taskId }) => taskId !== null).length).toBeGreaterThan(20);

    await atRest();
    await effectsOf(sent);
    const run = Visitor.run();
    expect(await checkLedger(run)).toEqual([]);
    expect(await checkAtRest(run, new Set())).toEqual([]);
  });
});

it('a function that is away for longer than an event is ever retried loses nothing and parks nothing', async () => {
  await askControl(dataDir(), 'stop', 'accounts-record');
  const people = load();
  await pause(2_000);
  const sent = await people.stop();
  await pause(80_000); // an event that fails is parked within 75 s; one whose function is away never
  await askControl(dataDir(), 'start', 'accounts-record');
  await atRest();
  await effectsOf(sent);
  expect(await checkLedger(Visitor.run())).toEqual([]);
});

it('the parts start in any order: functions and connectors first, engines last', async () => {
  const parts = ['accounts-record', 'tasks-add', 'auth-api', 'outbox', 'queue', 'broker', 'database'];
  for (const part of parts) await askControl(dataDir(), 'stop', part);
  const starting = parts.map((part) => askControl(dataDir(), 'start', part));
  await Promise.all(starting);
  const sent = await addOnce(managers[0] as Visitor);
  expect(sent.taskId).not.toBeNull();
  await atRest();
  expect(await checkLedger(Visitor.run())).toEqual([]);
});
