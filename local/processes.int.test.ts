import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Processes, until } from './processes.ts';

/** A launcher in a process of its own: starts one sleeper in a run folder, and prints its pid and the guard's. */
const LAUNCHER = `
import { join } from 'node:path';
import { Processes } from ${JSON.stringify(join(import.meta.dirname, 'processes.ts'))};
const processes = new Processes(process.argv[1]);
const sleeper = processes.launch('sleeper', { command: 'sleep', args: ['300'], env: {}, logFile: join(process.argv[1], '..', 'log') });
console.log(sleeper.pid);
setInterval(() => {}, 1_000);
`;

let folder: string;
let launchers: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ates-run-'));
  launchers = [];
});
afterEach(async () => {
  for (const launcher of launchers) launcher.kill('SIGKILL');
  await until('the end of all', 10_000, async () =>
    readdirSync(join(folder, 'run')).every((name) => name.includes('.')),
  );
  rmSync(folder, { recursive: true });
});

async function launch(): Promise<{ launcher: ChildProcess; sleeper: number }> {
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', LAUNCHER, join(folder, 'run')]);
  launchers.push(launcher);
  const sleeper = await new Promise<number>((resolve, reject) => {
    launcher.stdout.once('data', (line) => resolve(Number(line)));
    launcher.once('exit', () => reject(new Error('the launcher ended')));
  });
  return { launcher, sleeper };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const gone = (pid: number) => until(`the end of ${pid}`, 10_000, async () => !isAlive(pid));

it('a second launcher on the same folder is refused, and the first keeps its processes', async () => {
  const { launcher, sleeper } = await launch();
  const before = readdirSync(join(folder, 'run'));
  expect(() => new Processes(join(folder, 'run'))).toThrow(`is running already (process ${launcher.pid})`);
  expect(isAlive(sleeper)).toBe(true);
  expect(readdirSync(join(folder, 'run'))).toEqual(before);
});

it('the processes of a launcher that is killed end without anybody doing anything', async () => {
  const { launcher, sleeper } = await launch();
  launcher.kill('SIGKILL');
  await gone(sleeper);
});

it('when the guard was killed too, the next launcher ends what was left', async () => {
  const { launcher, sleeper } = await launch();
  const guard = await guardOf(launcher.pid as number);
  launcher.kill('SIGSTOP'); // so that the guard dies first, as both would by one blow
  process.kill(guard, 'SIGKILL');
  launcher.kill('SIGKILL');
  await gone(launcher.pid as number);
  expect(isAlive(sleeper)).toBe(true);
  const next = new Processes(join(folder, 'run'));
  expect(isAlive(sleeper)).toBe(false);
  next.close();
});

async function guardOf(launcher: number): Promise<number> {
  const children = spawn('ps', ['-A', '-o', 'pid=,ppid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = (await Array.fromAsync(children.stdout)).join('').split('\n');
  const line = lines.find((text) => / guard /.test(text) && text.trim().split(/\s+/)[1] === String(launcher));
  return Number(line?.trim().split(/\s+/)[0]);
}
