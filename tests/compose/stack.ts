import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DEMO_PASSWORD } from '#platform/config';
import { freePort } from '../../local/processes.ts';
import { root } from '../../scripts/build.ts';
import { docker, engineAnswers } from '../docker.ts';

/** The system in containers, beside whatever else runs: its own project, images and ports. */
export const PROJECT = 'ates-test';

/** `docker compose ARGS` on the stack under test, without the settings that somebody may have beside it. */
export function compose(...args: string[]): Promise<string> {
  const own = ['--project-name', PROJECT, '--env-file', '/dev/null', '--file', 'docker-compose.yml'];
  return docker(['compose', ...own, ...args], { cwd: root });
}

/** Builds and starts it, empty and without a request limit, and takes it down at the end, with all that it made. */
export default async function setup(): Promise<() => Promise<void>> {
  if (!engineAnswers()) throw new Error('No Docker engine answers: these tests need one.');
  const data = join(root, '.ates/test-compose');
  const [port, inbox, bank] = [await freePort(18_080), await freePort(18_025), await freePort(18_090)];
  process.env.TAG = 'test';
  process.env.ATES_RATE_LIMIT = '0';
  process.env.ATES_PORT = String(port);
  process.env.ATES_INBOX_PORT = String(inbox);
  process.env.ATES_BANK_PORT = String(bank);
  process.env.ATES_TEST_DATA = data;
  process.env.ATES_TEST_URL = `http://127.0.0.1:${port}`;

  await compose('down', '--volumes', '--timeout', '5');
  await timed('built', () => compose('build'));
  await timed('ready, from nothing', () => compose('up', '--detach', '--wait'));
  const run = {
    url: process.env.ATES_TEST_URL,
    inboxUrl: `http://127.0.0.1:${inbox}`,
    bankUrl: `http://127.0.0.1:${bank}`,
    demoPassword: DEFAULT_DEMO_PASSWORD,
  };
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'run.json'), JSON.stringify(run));
  console.log(`docker compose: ${await memoryMebibytes()} MiB in all`);
  return async () => {
    await compose('down', '--volumes', '--rmi', 'local');
  };
}

/** What all its containers hold by now. */
export async function memoryMebibytes(): Promise<number> {
  const ids = (await compose('ps', '--quiet')).split('\n');
  const used = await docker(['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids]);
  const sizes = used.split('\n').map((line) => {
    const [, size = '', unit = ''] = /^([\d.]+)([KMG]iB)/.exec(line) ?? [];
    return Number(size) * ({ KiB: 1 / 1024, MiB: 1, GiB: 1024 }[unit] ?? Number.NaN);
  });
  return Math.round(sizes.reduce((sum, size) => sum + size, 0));
}

/** How long it took, since that is promised. */
export async function timed(what: string, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  console.log(`docker compose: ${what} in ${seconds.toFixed(1)} s`);
  return seconds;
}
