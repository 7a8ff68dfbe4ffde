import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { plainEngines } from './plain-path.ts';
import { isAlive } from './processes.ts';

const run = promisify(execFile);

/** A program that is not ours, and what it needs in its environment. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands before /usr in its files; empty for an installed one. */
  readonly root: string;
}

export interface EngineKind {
  /** Where an installed one is found: Debian's places, then Homebrew's. */
  readonly installed: readonly string[];
  /** Its place in Debian's packages. */
  readonly path: string;
  readonly packages: readonly string[];
  readonly brew: string;
}

export const MARIADB: EngineKind = {
  installed: ['/usr/sbin/mariadbd', '/opt/homebrew/opt/mariadb/bin/mariadbd', '/usr/local/opt/mariadb/bin/mariadbd'],
  path: '/usr/sbin/mariadbd',
  packages: ['mariadb-server-core', 'mariadb-client-core'],
  brew: 'mariadb',
};
export const RABBITMQ: EngineKind = {
  installed: [
    '/usr/lib/rabbitmq/bin/rabbitmq-server',
    '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server',
    '/usr/local/opt/rabbitmq/sbin/rabbitmq-server',
  ],
  path: '/usr/lib/rabbitmq/bin/rabbitmq-server',
  packages: ['rabbitmq-server'],
  brew: 'rabbitmq',
};
export const NGINX: EngineKind = {
  installed: ['/usr/sbin/nginx', '/opt/homebrew/bin/nginx', '/usr/local/bin/nginx'],
  path: '/usr/sbin/nginx',
  packages: ['nginx-light'],
  brew: 'nginx',
};
/** For the browser tests only. */
export const CHROMIUM: EngineKind = {
  installed: [
    '/usr/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  path: '/usr/lib/chromium/chromium',
  packages: ['chromium', 'fonts-dejavu-core'],
  brew: '--cask chromium',
};

/** For the tests of the alert rules only. */
export const PROMTOOL: EngineKind = {
  installed: ['/usr/bin/promtool', '/opt/homebrew/bin/promtool', '/usr/local/bin/promtool'],
  path: '/usr/bin/promtool',
  packages: ['prometheus'],
  brew: 'prometheus',
};

const LIMITS = { timeout: 5 * 60_000, maxBuffer: 64 * 1024 * 1024 };

/**
 * Finds engines that are installed; fetches the others from the machine's own package sources into `wanted`, or where
 * they can run instead (plain-path.ts), without root, without changing the system and without starting anything.
 * @throws Error that names what to install, where neither way works.
 */
export async function findEngines(
  kinds: readonly EngineKind[],
  wanted: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Program[]> {
  const folder = plainEngines(wanted);
  const missing: EngineKind[] = [];
  for (const kind of kinds) if (!installedPath(kind) && !(await isFetched(kind, folder))) missing.push(kind);
  if (missing.length > 0) await fetchAll(missing, folder, say, signal);
  return kinds.map((kind): Program => {
    const path = installedPath(kind);
    if (path) return { path, env: {}, root: '' };
    const root = rootOf(kind, folder);
    // Some packages keep their libraries a folder deeper, as pulseaudio does.
    const deep = globSync(`${root}/{usr/lib,lib}/${libraryFolder()}/*/lib*.so*`).map((file) => dirname(file));
    const flat = ['/usr/lib', '/lib'].flatMap((at) => [`${root}${at}/${libraryFolder()}`, `${root}${at}`]);
    const folders = [...flat, ...new Set(deep)];
    return { path: `${root}${kind.path}`, env: { LD_LIBRARY_PATH: folders.join(':') }, root };
  });
}

const installedPath = (kind: EngineKind) => kind.installed.find((path) => existsSync(path));
const rootOf = (kind: EngineKind, folder: string) => join(folder, kind.packages[0] as string);
const libraryFolder = () => (process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu');

/** The stamp holds the path: Erlang's own is written into its files, so a moved folder is fetched again. */
const stampOf = (root: string) => join(root, '.fetched');
const isFetched = async (kind: EngineKind, folder: string) =>
  (await readFile(stampOf(rootOf(kind, folder)), 'utf8').catch(() => '')) === rootOf(kind, folder);

async function fetchAll(
  kinds: readonly EngineKind[],
  folder: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const packages = kinds.flatMap((kind) => kind.packages);
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg-deb')) {
    const brew = `brew install ${kinds.map((kind) => kind.brew).join(' ')}`;
    const install = process.platform === 'darwin' ? brew : `install ${packages.join(', ')}`;
    throw new Error(`Some engines are not installed. Please ${install}, or use docker compose up --build.`);
  }
  await removeInterrupted(folder);
  const apt = join(folder, `apt-${process.pid}`); // a state of our own: neither the system's nor another start's
  for (const path of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(apt, path), { recursive: true });
  const options = [
    '-q',
    ...[
      '-o',
      `Dir::State=${apt}/state`,
      '-o',
      'Dir::State::status=/var/lib/dpkg/status',
      '-o',
      `Dir::Cache=${apt}/cache`,
    ],
    ...['-o', 'Debug::NoLocking=1', '-o', 'Acquire::Languages=none'],
  ];
  try {
    await run('apt-get', [...options, 'update'], { ...LIMITS, signal });
    for (const kind of kinds) {
      say(`fetching ${kind.packages[0]}`);
      await fetchOne(kind, rootOf(kind, folder), options, { ...LIMITS, signal });
    }
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr || error)
      .trim()
      .split('\n')
      .at(-1);
    const hint = 'Is the package source reachable? Otherwise install them, or use docker compose up --build.';
    throw new Error(`Cannot fetch ${packages.join(', ')} (${reason}). ${hint}`);
  } finally {
    await rm(apt, { recursive: true, force: true });
  }
}

/** What fetches of processes that are gone have left: `apt-PID`, `NAME.PID`, `NAME.PID.deb`. */
async function removeInterrupted(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^(?:apt-|.+\.)(\d+)(?:\.deb)?$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function fetchOne(
  kind: EngineKind,
  root: string,
  options: readonly string[],
  limits: typeof LIMITS & { signal: AbortSignal | undefined },
): Promise<void> {
  const fresh = `${root}.${process.pid}`;
  const archives = `${fresh}.deb`;
  for (const path of [fresh, archives]) await mkdir(path, { recursive: true });
  // The simulated installation names exactly what this machine lacks.
  const simulated = await run(
    'apt-get',
    [...options, '-s', 'install', '--no-install-recommends', ...kind.packages],
    limits,
  );
  const names = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] as string);
  await run('apt-get', [...options, 'download', ...names], { ...limits, cwd: archives });
  for (const archive of await readdir(archives)) await run('dpkg-deb', ['-x', join(archives, archive), fresh], limits);
  const erl = join(fresh, 'usr/lib/erlang/bin/erl');
  if (existsSync(erl)) {
    const text = await readFile(erl, 'utf8');
    await writeFile(erl, text.replace(/ROOTDIR=\/usr\/lib\/erlang$/gm, `ROOTDIR=${root}/usr/lib/erlang`)); // ERL_ROOTDIR is not heard
  }
  await writeFile(stampOf(fresh), root);
  await rm(root, { recursive: true, force: true });
  await rename(fresh, root);
  await rm(archives, { recursive: true, force: true });
}
