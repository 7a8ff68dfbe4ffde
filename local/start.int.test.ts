import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfirmChannel, connect } from 'amqplib';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { root } from '../scripts/build.ts';
import { until } from './processes.ts';
import { System } from './system.ts';

let folder: string;
let starters: ChildProcess[];
let engines: System[];
beforeEach(() => {
  engines = [];
  folder = mkdtempSync(join(tmpdir(), 'ates-start-'));
  starters = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(engines.map((system) => system.stop()));
  for (const starter of starters) starter.kill('SIGKILL'); // its guard ends the rest
  await until('the end of all', 20_000, async () => left().length === 0);
  rmSync(folder, { recursive: true });
});

/** `npm start` on the folder, as its own process: what it prints, and its end. */
function start() {
  const { ATES_PORT: _port, ...env } = process.env;
  const starter = spawn(process.execPath, [join(root, 'local/start.ts')], {
    cwd: root,
    env: { ...env, ATES_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  starters.push(starter);
  const told = { out: '' };
  for (const stream of [starter.stdout, starter.stderr]) stream?.on('data', (text) => (told.out += text));
  return { starter, told, ended: once(starter, 'exit') };
}

async function startEngines(dataDir: string): Promise<System> {
  const system = new System({ dataDir });
  engines.push(system);
  await system.startEngines();
  return system;
}

/** The processes whose arguments or environment name the folder. */
function left(): string[] {
  const { stdout } = spawnSync('ps', ['axeww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 1e8 });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

it.each<[string, (out: string) => boolean]>([
  ['the database is being made', () => left().some((line) => line.includes('mariadb-install-db'))],
  ['the parts are not there yet', (out) => /database and broker: /.test(out)],
])(
  'ended while %s, a start leaves no process behind and complains of nothing, and the next one works',
  async (when, isSo) => {
    const { starter, told, ended } = start();
    await until(when, 60_000, async () => isSo(told.out));
    starter.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(left()).toEqual([]);
    expect(readdirSync(join(folder, 'data/run'))).toEqual([]);
    expect(told.out).not.toMatch(/failed|error/i);
    await startEngines(join(folder, 'data')).then((next) => next.stop());
    expect(left()).toEqual([]);
  },
  120_000,
);

it('a second Ctrl-C ends everything at once', async () => {
  const { starter, told, ended } = start();
  await until('the broker', 60_000, async () => left().some((line) => line.includes('beam.smp')));
  starter.kill('SIGINT');
  starter.kill('SIGINT'); // npm passes on what the terminal has sent already
  await until('the first', 5_000, async () => told.out.includes('Stopping'));
  const press = setInterval(() => starter.kill('SIGINT'), 100);
  expect(await ended).toEqual([1, null]);
  clearInterval(press);
  await until('the end of all', 5_000, async () => left().length === 0);
}, 120_000);

it('the engines run on a data folder of any name, and find their queues in it when it was moved', async () => {
  vi.stubEnv('LC_ALL', 'C');
  const first = await startEngines(join(folder, 'Попуг über all'));
  const answer = async ({ databaseServer }: System) => {
    const connection = await mysql.createConnection({ uri: databaseServer.href, connectTimeout: 5_000 });
    const [rows] = await connection.query('SELECT 1 AS one').finally(() => connection.end());
    return rows;
  };
  expect(await answer(first)).toEqual([{ one: 1 }]);
  await withQueue(first, async (channel) => {
    for (const text of ['one', 'two']) channel.sendToQueue('kept', Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
  });
  await first.stop();
  for (const place of ['moved', 'и снова']) {
    renameSync(first.dataDir, join(folder, place));
    const second = await startEngines(join(folder, place));
    expect(await answer(second)).toEqual([{ one: 1 }]);
    await withQueue(second, async (channel) => {
      await expect.poll(async () => (await channel.checkQueue('kept')).messageCount).toBe(2);
    });
    await second.stop();
    renameSync(second.dataDir, first.dataDir);
  }
}, 240_000);

/** With a quorum queue `kept`. */
async function withQueue(system: System, use: (channel: ConfirmChannel) => Promise<void>): Promise<void> {
  const connection = await connect(system.brokerServer.href, { timeout: 10_000 });
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await use(channel);
  await connection.close();
}
