import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';

/** The timer as a process of its own, pointed at an OpenFaaS gateway by its address alone. */

const folder = mkdtempSync(join(tmpdir(), 'ates-timer-'));
let pokes: { name: string; path: string; headers: IncomingHttpHeaders; body: string }[];
/** How the gateway answers for a function. */
let statusOf: (name: string) => number;
let timer: ChildProcess | null;

/** As OpenFaaS's: `/function/NAME` goes to the function, which sees the rest. */
const gateway = createServer(async (request, response) => {
  const [, name, path = '/'] = /^\/function\/([a-z-]+)(\/.*)?$/.exec(request.url ?? '') ?? [];
  const body = (await Array.fromAsync(request)).join('');
  if (!name) return response.writeHead(404).end();
  pokes.push({ name, path, headers: request.headers, body });
  return response.writeHead(statusOf(name)).end();
});
const count = (name: string) => pokes.filter((poke) => poke.name === name).length;

beforeEach(async () => {
  pokes = [];
  statusOf = () => 202;
  timer = null;
  await new Promise<void>((resolve) => void gateway.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  const gone = timer && new Promise((resolve) => timer?.once('exit', resolve));
  timer?.kill('SIGTERM');
  await gone;
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(schedules: Record<string, string>): void {
  const functions = Object.fromEntries(
    Object.entries(schedules).map(([name, schedule]) => [name, { annotations: { topic: 'cron-function', schedule } }]),
  );
  const file = join(mkdtempSync(`${folder}/`), 'stack.yml');
  writeFileSync(file, JSON.stringify({ functions }));
  const env = {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    PORT: '0',
    ATES_STACK_FILE: file,
    ATES_FUNCTION_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/function/{name}`,
  };
  timer = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: 'ignore' });
}

it('a run that was missed while it was away is caught up at its start: by one poke, empty, as the cron-connector’s', async () => {
  start({ 'accounts-close-day': '5 0 1 1 *', 'mailer-send': '@every 1s' }); // of the one the year’s only run is over
  await expect.poll(() => count('mailer-send'), { timeout: 15_000 }).toBeGreaterThan(3);
  expect(count('accounts-close-day')).toBe(1);
  const poke = pokes.find(({ name }) => name === 'accounts-close-day');
  expect(poke).toMatchObject({
    path: '/',
    body: '',
    headers: { 'x-topic': 'cron-function', 'x-connector': 'ates-timer' },
  });
});

it('a poke that its function did not take is tried again until it does, and then not again', async () => {
  const away = [503, 404, 429];
  statusOf = (name) => (name === 'accounts-close-day' ? (away.shift() ?? 202) : 202);
  start({ 'accounts-close-day': '5 0 1 1 *', 'mailer-send': '@every 1s' });
  await expect.poll(() => count('accounts-close-day'), { timeout: 19_000 }).toBe(4);
  const before = count('mailer-send');
  await expect.poll(() => count('mailer-send'), { timeout: 15_000 }).toBeGreaterThan(before + 3);
  expect(count('accounts-close-day')).toBe(4);
}, 40_000);
