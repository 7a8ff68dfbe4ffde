import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '../../local/processes.ts';
import { root } from '../../scripts/build.ts';
import { docker } from '../docker.ts';
import { layOut } from './faas-cli.ts';

export const TEMPLATE = join(root, 'template/ates-node');

/** A function that runs: our entry point with a handler. */
export interface Running {
  readonly port: number;
  signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** The lines of JSON that it has logged. */
  log(): Promise<{ level: string; msg: string; [name: string]: unknown }[]>;
  /** Its exit code, once it is gone. */
  readonly gone: Promise<number | null>;
}

export interface Place {
  /** Behind the watchdog some answers are the watchdog's own. */
  readonly watchdog: boolean;
  /** Runs a folder with a handler; resolves when it takes requests. */
  run(handler: string, env?: Record<string, string>, secrets?: string): Promise<Running>;
  /** Ends what still runs. */
  end(): Promise<void>;
  /** Ends it, and removes what was made for it. */
  close(): Promise<void>;
}

/** The entry point as a process, as `npm start` runs it. */
export function asProcess(): Place {
  const children = new Set<ChildProcess>();
  const end = async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  };
  return {
    watchdog: false,
    async run(handler, env = {}, secrets = '') {
      const port = await freePort();
      const own = { PORT: String(port), HOST: '127.0.0.1', ATES_HANDLER: handler, ATES_SECRETS_DIR: secrets };
      const child = spawn(process.execPath, [join(TEMPLATE, 'index.mjs')], { env: { ...own, ...env } });
      children.add(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
      const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await Promise.race([gone, until('the entry point', 20_000, () => isHealthy(port))]);
      return { port, signal: async (name) => void child.kill(name), log: async () => linesOf(output), gone };
    },
    end,
    close: end,
  };
}

/** The image that faas-cli would build of the handler, run as strictly as it is deployed. */
export function asImage(): Place {
  const images = new Map<string, Promise<string>>();
  const containers = new Set<string>();

  async function build(handler: string): Promise<string> {
    const image = `ates-test/${randomUUID()}`;
    const folder = mkdtempSync(join(tmpdir(), 'ates-faas-cli-'));
    layOut(TEMPLATE, handler, folder);
    await docker(['build', '--tag', image, '.'], { cwd: folder });
    rmSync(folder, { recursive: true });
    return image;
  }

  async function end(): Promise<void> {
    if (containers.size > 0) await docker(['rm', '--force', ...containers]);
    containers.clear();
  }

  return {
    watchdog: true,
    async run(handler, env = {}, secrets) {
      const made = images.get(handler) ?? build(handler);
      images.set(handler, made);
      const name = `ates-test-${randomUUID()}`;
      const strict = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
      const settings = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
      const mounts = secrets ? ['--volume', `${secrets}:/var/openfaas/secrets:ro`] : [];
      const options = [...strict, '--memory', '256m', '--publish', '127.0.0.1::8080', ...settings, ...mounts];
      await docker(['run', '--detach', '--name', name, ...options, await made]);
      containers.add(name);
      const gone = docker(['wait', name]).then(Number, () => null);
      const mapped = await docker(['port', name, '8080']).catch(() => ''); // it may be gone already
      const port = Number(mapped.split(':').pop());
      // The watchdog listens before the entry point does: a path that no handler knows tells when that answers too.
      const answers = async () => (await isHealthy(port)) && (await call(port, '/_/metrics')).status === 200;
      await Promise.race([gone, until('the container', 60_000, answers)]);
      return {
        port,
        signal: async (signal) => void (await docker(['kill', '--signal', signal, name])),
        log: async () => linesOf(await docker(['logs', name])),
        gone,
      };
    },
    end,
    async close() {
      await end();
      const made = await Promise.all(images.values());
      if (made.length > 0) await docker(['image', 'rm', ...made]);
      images.clear();
    },
  };
}

/** Writes a handler into a folder of its own. */
export function handlerFolder(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ates-handler-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'handler.js'), text);
  return folder;
}

const isHealthy = async (port: number) => (await call(port, '/_/health')).status === 200;

/** The watchdog's own lines are no JSON. */
const linesOf = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export function call(
  port: number,
  path: string,
  options: RequestOptions & { body?: string | Buffer } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...rest }, async (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const post = (port: number, path: string, type: string, body: string | Buffer) =>
  call(port, path, { method: 'POST', headers: { 'content-type': type }, body });
