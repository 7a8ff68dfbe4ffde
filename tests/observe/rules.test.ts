import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify, parse as yaml } from 'yaml';
import { findEngines, PROMTOOL, type Program } from '../../local/engines.ts';
import { boardExpressions } from '../../scripts/board.ts';
import { root } from '../../scripts/build.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ates-observe-'));
let promtool: Program;

beforeAll(async () => {
  cpSync(join(root, 'deploy/observe'), folder, { recursive: true });
  [promtool] = (await findEngines([PROMTOOL], join(root, '.ates/engines'), console.log)) as [Program];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What promtool says. @throws Error with it where something is wrong. */
async function check(...args: string[]): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, ...promtool.env }, timeout: 60_000 };
  const { stdout, stderr } = await run(promtool.path, args, options);
  return stdout + stderr;
}

it('the rules can be read, and say what they should of figures as parts give them', async () => {
  expect(await check('check', 'rules', 'alerts.yml')).toMatch(/SUCCESS: \d+ rules found/);
  expect(await check('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
});

it.each<[string, string, string]>([
  [
    'an alarm whose counter was not there before is overlooked',
    'unless ates_alarms_total{alarm!="mail-failed"} offset 15m',
    'unless ates_alarms_total',
  ],
  [
    'two replicas that tell the same make two alerts',
    'max by (service) (ates_outbox_oldest_seconds)',
    'ates_outbox_oldest_seconds',
  ],
  [
    'somebody is woken for a day that ended a minute ago',
    'ates_day_overdue_seconds) > 3600',
    'ates_day_overdue_seconds) > 30',
  ],
  [
    'a queue that nobody takes from is overlooked',
    'max by (function) (ates_queue_depth) > 0',
    'max by (function) (ates_queue_depth) > 1e9',
  ],
])('a rule by which %s is found', async (_, from, to) => {
  const rules = readFileSync(join(root, 'deploy/observe/alerts.yml'), 'utf8');
  expect(rules).toContain(from);
  writeFileSync(join(folder, 'alerts.yml'), rules.replaceAll(from, to));
  await expect(check('test', 'rules', 'alerts.test.yml')).rejects.toThrow('FAILED');
  writeFileSync(join(folder, 'alerts.yml'), rules);
});

it('Prometheus reads the configuration for containers, and that for Kubernetes', async () => {
  expect(await check('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  // Debian's Prometheus is built without Kubernetes: what finds the pods is left out, what is made of them is read.
  const config = yaml(readFileSync(join(folder, 'prometheus-kubernetes.yml'), 'utf8')) as {
    scrape_configs: { kubernetes_sd_configs?: unknown }[];
  };
  for (const scrape of config.scrape_configs) {
    expect(scrape.kubernetes_sd_configs).toBeDefined();
    delete scrape.kubernetes_sd_configs;
  }
  writeFileSync(join(folder, 'kubernetes.yml'), stringify(config));
  expect(await check('check', 'config', 'kubernetes.yml')).toContain('SUCCESS');
});

it('every expression of the board is PromQL', async () => {
  const rules = boardExpressions().map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }));
  writeFileSync(join(folder, 'board.yml'), stringify({ groups: [{ name: 'board', rules }] }));
  expect(await check('check', 'rules', 'board.yml')).toContain(`SUCCESS: ${rules.length} rules found`);
});
