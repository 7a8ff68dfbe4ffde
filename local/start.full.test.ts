import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfirmChannel, connect } from 'amqplib';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { root } from '../scripts/build.ts';
import { Processes, until } from './processes.ts';
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
function start(given: Record<string, string> = {}, args = [join(root, 'local/start.ts')]) {
  const { ATES_PORT: _port, ...env } = process.env;
  const starter = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, ATES_DATA_DIR: join(folder, 'data'), ...given },
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
  await until('the end of all', 20_000, async () => left().length === 0);
}, 120_000);

it('when npm start is killed, the system stops', async () => {
  const { starter } = start({}, [join(root, 'scripts/bootstrap.mjs'), 'local/start.ts']);
  await until('the database', 60_000, async () => left().some((line) => line.includes('mariadb-install-db')));
  starter.kill('SIGKILL');
  await until('the end of all', 20_000, async () => left().length === 0);
}, 120_000);

it('a start on a folder that another has says where that one is; it waits for one that is about to end', async () => {
  const dataDir = join(folder, 'data');
  const other = new Processes(join(dataDir, 'run'));
  writeFileSync(join(dataDir, 'run.json'), JSON.stringify({ url: 'http://127.0.0.1:8081' }));
  const refused = start();
  expect(await refused.ended).toEqual([1, null]);
  const words = `(process ${process.pid}) on this data folder. It is at http://127.0.0.1:8081; npm run ates -- stop ends it.`;
  expect(refused.told.out).toContain(words);
  other.refuse();
  const waiting = start();
  await until('a starter', 20_000, async () => waiting.told.out.includes('waiting for its end'));
  expect(existsSync(join(dataDir, 'run', String(waiting.starter.pid)))).toBe(false);
  other.close();
  await until('its turn', 20_000, async () => existsSync(join(dataDir, 'run', String(waiting.starter.pid))));
  waiting.starter.kill('SIGTERM');
  expect(await waiting.ended).toEqual([0, null]);
}, 60_000);

it.each<[Record<string, string>, number, string]>([
  [{ ATES_TIME_ZONE: 'Mars/Base' }, 1, 'ATES_TIME_ZONE must be a zone of the IANA list, such as Europe/Moscow.'],
  [{ ATES_DEMO: 'yes' }, 1, 'ATES_DEMO must be on or off.'],
  [{ ATES_LOG_LEVEL: 'loud' }, 1, 'ATES_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent.'],
  [{ ATES_PROT: '8080' }, 1, 'Unknown setting ATES_PROT: see .env.example.'],
  [{ ATES_PORT: '80800' }, 1, 'ATES_PORT must be a port: 1 to 65535.'],
  [{ ATES_BANK_PORT: 'taken' }, 1, 'Port taken (ATES_BANK_PORT) is taken.'],
  [{ npm_config_demo: 'true' }, 2, 'npm has kept --demo for itself: write npm start -- --demo'],
])(
  'a start with %o says at once what is wrong, and nothing else',
  async (settings, code, words) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const taken = String((server.address() as AddressInfo).port);
    const given = Object.entries(settings).map(([name, value]) => [name, value.replace('taken', taken)]);
    const { ended, told } = start(Object.fromEntries(given));
    expect(await ended).toEqual([code, null]);
    server.close();
    expect(told.out.replace(/^Stopping .*$/m, '').trim()).toBe(words.replace('taken', taken));
  },
  60_000,
);

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
