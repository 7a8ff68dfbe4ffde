import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Processes that leave nothing behind. Each is the leader of a group of its own, and its pid and start time are noted
 * in `<run>/<launcher's pid>/`. When the launcher dies, however it dies, a guard at the other end of a pipe ends the
 * groups; if the guard was killed too, the next start does.
 */

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
}

/** Beside the folder of notes: the launcher's own. */
const LAUNCHER = '.launcher';
/** The last line of its note, when it is about to end. */
const STOPPING = 'stopping';
const MAX_LOG_BYTES = 20 * 1024 * 1024;

const GUARD = `
trap "" INT TERM HUP; cat >/dev/null; cd "$1" 2>/dev/null || exit 0
signal() { left=; for f in *; do [ -f "$f" ] || continue; p=$(head -n1 "$f"); kill -s "$1" -- "-$p" 2>/dev/null && left=1; done; [ "$left" ]; }
if signal TERM; then n=0; while [ $n -lt 80 ] && signal 0; do sleep 0.1; n=$((n+1)); done; signal KILL; fi; cd /; rm -rf "$1"
`;

/** Another launcher has the folder, and is about to end. */
export class StillStopping extends Error {}

export class Processes {
  readonly #folder: string;
  readonly #guard: ChildProcess;
  readonly #children = new Set<ChildProcess>();
  readonly #stopping = new AbortController();

  /** @throws Error when another launcher that is alive has the folder; StillStopping when it is about to end. */
  constructor(runFolder: string) {
    mkdirSync(runFolder, { recursive: true });
    this.#folder = join(runFolder, String(process.pid));
    // The own note first: of two that start at once none overlooks the other.
    writeFileSync(`${this.#folder}${LAUNCHER}`, note(process.pid));
    const left = readdirSync(runFolder)
      .map((name) => join(runFolder, name))
      .filter((path) => path !== `${this.#folder}${LAUNCHER}`);
    try {
      for (const path of left) if (path.endsWith(LAUNCHER)) refuseWhileAlive(path);
    } catch (error) {
      rmSync(`${this.#folder}${LAUNCHER}`);
      throw error;
    }
    for (const path of left) sweep(path);
    mkdirSync(this.#folder, { recursive: true });
    this.#guard = spawn('sh', ['-c', GUARD, 'guard', this.#folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#guard.stdin?.on('error', () => undefined);
    this.#guard.unref();
  }

  /** Aborted from `refuse` on. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** From now on nothing is launched: what is about to be started would be found by nobody who stops. */
  refuse(): void {
    if (this.stopping.aborted) return;
    this.#stopping.abort(new Error('The system is stopping.'));
    writeFileSync(`${this.#folder}${LAUNCHER}`, `${note(process.pid)}${STOPPING}\n`);
  }

  /** @throws Error once launches are refused. */
  launch(name: string, { command, args, env, cwd, logFile }: Launch): ChildProcess {
    this.stopping.throwIfAborted();
    if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) truncateSync(logFile);
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.on('error', () => undefined); // told by 'exit' or by never becoming ready
    if (child.pid) writeFileSync(join(this.#folder, name), note(child.pid));
    this.#children.add(child);
    child.once('exit', () => {
      this.#children.delete(child);
      rmSync(join(this.#folder, name), { force: true });
    });
    return child;
  }

  /**
   * Runs a program that ends by itself; its log is emptied before.
   * @param whole it is let to its end even while everything stops
   * @throws Error when it fails
   */
  async run(name: string, launch: Launch, withinMs: number, { whole = false } = {}): Promise<void> {
    rmSync(launch.logFile, { force: true });
    const child = this.launch(name, launch);
    const end = () => signalGroup(child.pid, 'SIGKILL');
    const timer = setTimeout(end, withinMs);
    if (!whole) this.stopping.addEventListener('abort', end);
    const code = await new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
      child.once('error', () => resolve(null));
    });
    clearTimeout(timer);
    this.stopping.removeEventListener('abort', end);
    end(); // what it may have left in its group
    if (code !== 0) throw new Error(`${name} failed; its log is ${launch.logFile}\n${textOf(launch.logFile)}`);
  }

  /** Ends all of them at once. */
  kill(): void {
    this.refuse();
    for (const child of this.#children) signalGroup(child.pid, 'SIGKILL');
  }

  /** After everything was stopped: nothing is left for the guard to end. */
  close(): void {
    this.kill();
    rmSync(`${this.#folder}${LAUNCHER}`, { force: true });
    rmSync(this.#folder, { recursive: true, force: true });
    this.#guard.stdin?.destroy();
  }
}

export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

/** Sends the signal, waits, then kills; resolves when the process is gone. */
export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(child.pid, signal);
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), withinMs);
  await gone;
  clearTimeout(timer);
  signalGroup(child.pid, 'SIGKILL'); // what it may have left in its group
}

const given = new Set<number>();
const MOST_TRIES = 5;

/**
 * A port that nobody listens on: `wanted` or the next above it; else any below those that the system gives to outgoing
 * connections, since one of them would keep the port from a part that is started again. Such a one is given once, and
 * the search begins anywhere, so that two systems that start at the same time do not get the same.
 */
export async function freePort(wanted?: number): Promise<number> {
  const from = wanted ?? 10_000 + Math.floor(Math.random() * 20_000);
  for (let port = from; port <= from + 100; port += 1) {
    if ((wanted === undefined && given.has(port)) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port from ${from} on.`);
}

/**
 * Starts on the port that is wanted, or on the next above it that is free. Of two systems that look for one at the same
 * moment, the second finds it taken after all, and goes on to the next.
 */
export async function onFreePort(wanted: number, start: (port: number) => Promise<void>): Promise<number> {
  for (let tries = 1, port = await freePort(wanted); ; tries += 1, port = await freePort(port + 1)) {
    try {
      await start(port);
      return port;
    } catch (error) {
      if (tries === MOST_TRIES || (await isFree(port))) throw error;
    }
  }
}

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/**
 * Whether it is this process that listens on the port: an answer alone may be another system's. Only Linux tells; elsewhere
 * it is believed.
 */
export function listens(pid: number, port: number): boolean {
  if (process.platform !== 'linux') return true;
  const inHex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    textOf(table)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTENING && local?.endsWith(inHex))
      .map((fields) => `socket:[${fields[9]}]`),
  );
  const open = `/proc/${pid}/fd`;
  return readdirSync(open).some((descriptor) => inodes.includes(linkOf(join(open, descriptor))));
}

/** The state of a socket in Linux's table. */
const LISTENING = '0A';
/** Without IPv6 there is no tcp6; without a program that could be started, no log. */
const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** Where a link of /proc leads; it may be closed in the meantime. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Asks again until it is so; fails at the deadline, or at once when `gone` says that it cannot become so any more. */
export async function until(
  what: string,
  timeoutMs: number,
  ask: () => Promise<boolean>,
  gone: () => string | null = () => null,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ask().catch(() => false))) {
    const reason = gone();
    if (reason) throw new Error(`${what} failed: ${reason}`);
    if (Date.now() > deadline) throw new Error(`${what} did not come up within ${timeoutMs / 1_000} s`);
    await pause(50);
  }
}

export const isAlive = (pid: number): boolean => startTimeOf(pid) !== null;

const note = (pid: number) => `${pid}\n${startTimeOf(pid) ?? ''}\n`;

/** When a process began, in whatever form: the same pid with another start time is another process. */
function startTimeOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null; // field 22 of the line
  } catch {
    return null;
  }
}

function aliveOf(file: string): number | null {
  const [pid = '', startTime = ''] = readFileSync(file, 'utf8').split('\n');
  return startTime !== '' && startTimeOf(Number(pid)) === startTime ? Number(pid) : null;
}

function refuseWhileAlive(launcher: string): void {
  const pid = aliveOf(launcher);
  if (!pid) return;
  if (readFileSync(launcher, 'utf8').includes(STOPPING)) {
    throw new StillStopping(`the system on this data folder is still stopping (process ${pid})`);
  }
  throw new Error(`The system is running already (process ${pid}) on this data folder.`);
}

/** Ends what an earlier launcher, which is dead, has left. */
function sweep(path: string): void {
  const notes = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [];
  const pids = notes.map((file) => aliveOf(file) ?? 0).filter((pid) => pid > 0);
  for (const pid of pids) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + 10_000;
  while (pids.some((pid) => startTimeOf(pid) !== null) && Date.now() < deadline) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  for (const pid of pids) signalGroup(pid, 'SIGKILL');
  rmSync(path, { recursive: true, force: true });
}
