import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../local/processes.ts';
import { root } from '../../scripts/build.ts';
import { CONNECTORS, readStack } from '../../setup/parts.ts';
import { docker } from '../docker.ts';
import { compose, PROJECT } from './stack.ts';

/** Prometheus beside the system, as deploy/observe/ starts it; Grafana reads nothing but it. */

const files = ['--file', 'deploy/observe/compose.yml', '--profile', 'observe'];
const soon = { timeout: 90_000, interval: 1_000 };
let port = 0;
beforeAll(async () => {
  port = await freePort(19_090);
  process.env.ATES_PROMETHEUS_PORT = String(port);
  await compose(...files, 'up', '--detach', '--wait', '--no-deps', 'prometheus');
});
afterAll(async () => {
  await compose(...files, 'rm', '--stop', '--force', 'prometheus');
  await docker(['volume', 'rm', `${PROJECT}_prometheus`, `${PROJECT}_grafana`]); // compose makes both
});

async function ask(path: string) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
  return (await answer.json()).data;
}

it('Prometheus finds every function and connector and the broker, and reads from all of them', async () => {
  interface Target {
    readonly labels: { readonly job: string; readonly part?: string };
    readonly health: string;
    readonly lastError: string;
  }
  const read = async () =>
    ((await ask('targets?state=active')).activeTargets as Target[])
      .map(({ labels, health, lastError }) => `${labels.part ?? labels.job} ${health} ${lastError}`)
      .sort();
  const parts = [...Object.keys(readStack(join(root, 'stack.yml'))), ...Object.keys(CONNECTORS), 'rabbitmq'];
  await expect.poll(read, soon).toEqual(parts.map((name) => `${name} up `).sort());
});

it('every rule can be reckoned on what is read, and of a system that is well none wakes anybody', async () => {
  interface Rule {
    readonly name: string;
    readonly health: string;
    readonly state?: string;
  }
  const rules = async () => ((await ask('rules')).groups as { rules: Rule[] }[]).flatMap((group) => group.rules);
  await expect.poll(async () => (await rules()).filter(({ health }) => health !== 'ok'), soon).toEqual([]);
  expect((await rules()).length).toBeGreaterThan(15);
  expect((await rules()).filter(({ state }) => state === 'firing')).toEqual([]);
});
