import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { boardExpressions } from '../../scripts/board.ts';
import { root } from '../../scripts/build.ts';
import { alarmsIn, anchorsOf } from '../documents/documents.ts';
import { declaredIn, namedIn } from './metrics.ts';

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = globSync('{platform,functions}/**/*.ts', { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .map(textOf);
const declared = sources.flatMap(declaredIn);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook', string>>;
}
interface Compose {
  readonly services: Readonly<
    Record<string, { networks: string[]; volumes: string[]; ports: string[]; profiles: string[] }>
  >;
  readonly networks: Readonly<Record<string, unknown>>;
}
const { groups } = parse(textOf('deploy/observe/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const tests = textOf('deploy/observe/alerts.test.yml');

it('every metric that the rules, their tests or the board name is told by some part', () => {
  const named = [...rules.map(({ expr }) => expr), ...boardExpressions(), tests].flatMap(namedIn);
  expect(new Set(named).size).toBeGreaterThan(20);
  expect(named.filter((name) => !declared.includes(name))).toEqual([]);
});

it('every metric that a part tells is on the board', () => {
  const shown = boardExpressions().flatMap(namedIn);
  const isShown = (name: string) =>
    shown.some(
      (one) => one === name || one.replace(/_(bucket|count|sum)$/, '') === name.replace(/_(bucket|count|sum)$/, ''),
    );
  expect(declared.length).toBeGreaterThan(20);
  expect(declared.filter((name) => !isShown(name))).toEqual([]);
});

it('every alarm wakes somebody, by one rule', () => {
  const alarms = new Set(sources.flatMap(alarmsIn));
  const selectors = rules.flatMap(({ alert, expr }) => {
    const [, not, name] = /^\(?increase\(ates_alarms_total\{alarm(!?)="([a-z-]+)"\}/.exec(expr.trim()) ?? [];
    return name ? [{ alert, fits: (alarm: string) => (alarm === name) !== (not === '!') }] : [];
  });
  expect(alarms.size).toBeGreaterThan(5);
  for (const alarm of alarms) expect(selectors.filter(({ fits }) => fits(alarm))).toHaveLength(1);
});

it.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s is tested, and says how bad it is and where to go on',
  (_, rule) => {
    expect(tests).toContain(rule.alert);
    expect(['page', 'ticket']).toContain(rule.labels.severity);
    expect(rule.annotations.summary.length).toBeGreaterThan(10);
    const [document = '', anchor = ''] = rule.annotations.runbook.split('#');
    expect(anchorsOf(textOf(document))).toContain(anchor);
  },
);

it('Prometheus reads from every function of stack.yml and every connector', () => {
  const stack = parse(textOf('stack.yml')) as { functions: object };
  const connectors = globSync('functions/connectors/*/{main,handler}.ts', { cwd: root }).map(
    (path) => path.split('/')[2],
  );
  const config = parse(textOf('deploy/observe/prometheus.yml')) as {
    scrape_configs: { dns_sd_configs?: { names: string[] }[] }[];
  };
  const names = config.scrape_configs.flatMap(({ dns_sd_configs: by = [] }) => by.flatMap((one) => one.names));
  expect(names.sort()).toEqual([...Object.keys(stack.functions), ...connectors].sort());
});

it('what watches is in the networks of what it watches, mounts what there is, and is opened to loopback alone', () => {
  const own = parse(textOf('deploy/observe/compose.yml'), { merge: true }) as Compose;
  const system = parse(textOf('docker-compose.yml'), { merge: true, maxAliasCount: 1_000 }) as Compose;
  const { prometheus } = own.services;
  const networks = Object.keys(system.networks).filter((name) => !['bank', 'mail', 'people', 'books'].includes(name));
  expect([...(prometheus?.networks ?? [])].sort()).toEqual(networks.sort());
  for (const { volumes, ports, profiles } of Object.values(own.services)) {
    expect(profiles).toEqual(['observe']);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    const files = volumes.flatMap((volume) => (volume.startsWith('./') ? [volume.split(':')[0] as string] : []));
    for (const file of files) expect(() => textOf(file)).not.toThrow();
  }
});

describe('what is wrong is found', () => {
  it('a metric is found however its declaration is broken into lines', () => {
    expect(declaredIn("new Gauge({ name: 'ates_a', help: '' });\nnew Histogram({\n  name: 'ates_b',")).toEqual([
      ...['ates_a', 'ates_b_bucket', 'ates_b_count', 'ates_b_sum'],
    ]);
  });

  it('names of metrics are found, and those of labels are not', () => {
    expect(namedIn('sum by (part) (rate(ates_a_total{status=~"5.."}[5m])) / ates_b')).toEqual([
      'ates_a_total',
      'ates_b',
    ]);
  });
});
