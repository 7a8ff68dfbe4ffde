import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../scripts/build.ts';
import { findEngines, NGINX } from './engines.ts';
import { prepareNginx } from './nginx.ts';
import { answers, Part } from './part.ts';
import { freePort, onFreePort, Processes } from './processes.ts';

let folder: string;
let systems: Processes[];
let parts: Part[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ates-part-'));
  systems = [];
  parts = [];
});
afterEach(async () => {
  await Promise.all(parts.map((part) => part.stop()));
  for (const processes of systems) processes.close();
  rmSync(folder, { recursive: true });
});

/** nginx as a system of its own starts it: ready when it answers. */
async function entryOf(name: string, port: number): Promise<Part> {
  const [program] = await findEngines([NGINX], join(root, '.ates/engines'), () => undefined);
  if (!program) throw new Error('no nginx');
  const own = join(folder, name);
  const upstreams = { ops: '127.0.0.1:9' };
  const launch = prepareNginx(program, own, { root, listen: `127.0.0.1:${port}`, rateLimit: 0, upstreams });
  const url = `http://127.0.0.1:${port}`;
  const limits = { readyWithinMs: 20_000, stopSignal: 'SIGQUIT', stopWithinMs: 5_000 } as const;
  const plan = {
    name,
    url,
    launch: { ...launch, logFile: join(own, 'log') },
    ready: () => answers(`${url}/healthz`),
    ...limits,
  };
  const processes = new Processes(join(own, 'run'));
  systems.push(processes);
  const part = new Part(plan, processes, () => undefined);
  parts.push(part);
  return part;
}

it('a part is not ready because another program answers at its address', async () => {
  const other = createServer((_, response) => response.end('OK\n'));
  const port = await freePort();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const part = await entryOf('entry', port);
  await expect(part.start()).rejects.toThrow('entry failed: it keeps dying');
  other.close();
});

it('of two systems that look for a port at the same moment, each gets one of its own', async () => {
  const wanted = await freePort();
  const looked: number[] = [];
  const start = (name: string) =>
    onFreePort(wanted, async (port) => {
      looked.push(port);
      await expect.poll(() => looked.length).toBeGreaterThan(1); // neither listens before both have looked
      const part = await entryOf(`${name}-${port}`, port);
      await part.start().catch(async (error: unknown) => {
        await part.stop();
        throw error;
      });
    });
  const one = start('one');
  await expect.poll(() => looked).toEqual([wanted]);
  const ports = await Promise.all([one, start('two')]);
  expect(looked.slice(0, 2)).toEqual([wanted, wanted]);
  expect(new Set(ports).size).toBe(2);
  expect(ports).toContain(wanted);
  for (const port of ports) expect(await answers(`http://127.0.0.1:${port}/healthz`)).toBe(true);
});
