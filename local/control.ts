import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isAlive, until } from './processes.ts';
import type { System } from './system.ts';

/** How `npm run ates` reaches the starter: a port on loopback, and a token that only its user can read. */
interface Control {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
}

const ACTIONS = ['status', 'stop', 'start', 'kill'] as const;
export type Action = (typeof ACTIONS)[number];

export const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);

export interface PartStatus {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly url: string;
}

const fileOf = (dataDir: string) => join(dataDir, 'control.json');
const CALL_TIMEOUT_MS = 120_000;

/**
 * Serves `POST /<action>?part=<name>`: 200 with the status of all parts, 404 for a part that there is not. `stop` without
 * a part ends the starter as a TERM does.
 */
export async function serveControl(system: System): Promise<{ close(): void }> {
  const token = randomBytes(32).toString('hex');
  const server: Server = createServer(async (request, response) => {
    const [pathname = '', search] = (request.url ?? '/').split('?');
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(token);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return void response.writeHead(401).end();
    const action = pathname.slice(1);
    const name = new URLSearchParams(search).get('part');
    const part = system.parts.get(name ?? '');
    const stopsAll = action === 'stop' && !name;
    if (!isAction(action) || (action !== 'status' && !stopsAll && !part)) return void response.writeHead(404).end();
    try {
      if (part && action !== 'status') await part[action]();
      response.end(JSON.stringify(statusOf(system)));
      if (stopsAll) process.kill(process.pid, 'SIGTERM');
    } catch (error) {
      response.writeHead(500).end(String(error instanceof Error ? error.message : error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const control: Control = { pid: process.pid, port: (server.address() as AddressInfo).port, token };
  writeFileSync(fileOf(system.dataDir), JSON.stringify(control), { mode: 0o600 });
  return {
    close() {
      rmSync(fileOf(system.dataDir), { force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}

const statusOf = (system: System): PartStatus[] =>
  [...system.parts].map(([name, part]) => ({
    name,
    state: part.state,
    pid: part.pid,
    url: part.plan.url.replace(/:[^:@/]*@/, '@'),
  }));

function controlOf(dataDir: string): Control {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Control;
  } catch {
    throw new Error('No system is running on this data folder. Start it with npm start.');
  }
}

/** Stops the system of a data folder; resolves when its starter is gone. @throws Error as `askControl`. */
export async function stopAll(dataDir: string): Promise<void> {
  const { pid } = controlOf(dataDir);
  await askControl(dataDir, 'stop');
  await until('the end of the system', CALL_TIMEOUT_MS, async () => !isAlive(pid));
}

/** Asks the starter of a data folder. @throws Error that says what is wrong, for a person. */
export async function askControl(dataDir: string, action: Action, part = ''): Promise<PartStatus[]> {
  const control = controlOf(dataDir);
  const response = await fetch(`http://127.0.0.1:${control.port}/${action}?part=${encodeURIComponent(part)}`, {
    method: 'POST',
    headers: { authorization: control.token },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  }).catch(() => {
    throw new Error('The system does not answer: it was ended. Start it with npm start.');
  });
  if (response.status === 404) throw new RangeError(`There is no part ${part}. See npm run ates -- status.`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return JSON.parse(text) as PartStatus[];
}
