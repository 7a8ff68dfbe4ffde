import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bundles, root } from '../../scripts/build.ts';
import { definitions } from '../../scripts/generate.ts';
import { composeFindings, type Known, lastStage } from './compose.ts';
import type { Stack } from './stack.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const compose = read('docker-compose.yml');
const { functions } = parse(read('stack.yml')) as { functions: Stack };
const known: Record<string, Known> = {};

// Whom a function asks stands in the sources that its bundle is made of.
beforeAll(async () => {
  const defined = await definitions();
  const made = (await bundles()).filter(({ kind }) => kind === 'function');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: made.map(({ entry }) => entry),
    outdir: 'unwritten',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    loader: { '.node': 'empty' },
    metafile: true,
    logLevel: 'silent',
  });
  const outputOf = (entry: string) => Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === entry);
  for (const { name, entry } of made) {
    const sources = Object.keys(outputOf(entry)?.inputs ?? {}).filter((path) => path.startsWith('functions/'));
    const text = sources.map(read).join('\n');
    const service = name.split('-')[0];
    const calls = Object.keys(functions).filter(
      (other) => !other.startsWith(`${service}-`) && text.includes(`'${other}'`),
    );
    const http = defined.find((definition) => definition.name === name)?.http ?? [];
    known[name] = { calls, hasRoutes: http.some(({ roles }) => roles !== 'service') };
  }
});

it('docker-compose.yml runs the functions of stack.yml, each as strictly as it can be, and lets them reach no more than they must', () => {
  expect(known['tasks-add']?.calls).toEqual(['auth-api']); // it has really looked
  expect(composeFindings(compose, functions, known)).toEqual([]);
});

describe('each violation is found', () => {
  const networks = (name: string) => new RegExp(`(\\n {2}${name}:\\n(?:(?!\\n\\n)[\\s\\S])*networks: \\[)([^\\]]*)`);
  const env = (name: string) => new RegExp(`(FUNCTION: ${name} \\} \\}\\n {4}environment: \\{ <<: \\*settings, )`);
  it.each<[string, string | RegExp, string, RegExp]>([
    ['a function without a container', '\n  mailer-api:\n', '\n  mailer-apis:\n', /mailer-api has no container/],
    [
      'a function that is not in stack.yml',
      '\n  mailer-api:\n',
      '\n  mailer-apis:\n',
      /mailer-apis is not in stack.yml/,
    ],
    ['another image', '/tasks-add:', '/tasks-close:', /tasks-add: its image is/],
    ['another bundle', 'FUNCTION: tasks-add', 'FUNCTION: tasks-close', /tasks-add runs tasks-close/],
    ['another environment', env('tasks-add'), "$1ATES_MAX_INFLIGHT: '1', ", /tasks-add has another environment/],
    ['another limit', 'mem_limit: 256m', 'mem_limit: 512m', /auth-api may take 512m, not 256m/],
    [
      "another part's secrets",
      'subpath: parts/tasks-add',
      'subpath: parts/migrate',
      /tasks-add mounts secrets parts\/migrate/,
    ],
    [
      'secrets that can be written',
      'target: /var/openfaas/secrets, read_only: true',
      'target: /var/openfaas/secrets',
      /mysql mounts secrets/,
    ],
    ['every secret', "['bank:/data']", "['bank:/data', 'secrets:/all']", /bank sees every secret/],
    ["another service's network", networks('tasks-close'), '$1$2, accounts', /tasks-close is in the network accounts/],
    ['no way to its database', networks('tasks-close'), '$1people', /tasks-close does not reach mysql/],
    ['no way to whom it asks', networks('tasks-add'), '$1tasks', /tasks-add does not reach auth-api/],
    ['no way to hear events', networks('queue'), '$1broker', /queue does not reach accounts-record/],
    ['no way to be poked', networks('timer'), '$1tasks', /timer does not reach mailer-send/],
    ['no way from the entry', networks('nginx'), '$1outside, tasks', /nginx does not reach auth-session/],
    ['a function at the broker', networks('tasks-close'), '$1$2, broker', /tasks-close reaches rabbitmq/],
    ['a function at the bank that pays nothing', networks('billing-api'), '$1$2, bank', /billing-api reaches bank/],
    ['a function with a way outside', networks('tasks-close'), '$1$2, outside', /tasks-close has a way outside/],
    ['a network that leads outside', '  broker: { internal: true }', '  broker:', /the network broker leads outside/],
    ['strangers in one network', networks('tasks-close'), '$1$2, people', /the network people has members/],
    ['a port for everybody', '127.0.0.1:${ATES_BANK_PORT', '${ATES_BANK_PORT', /bank: publishes/],
    [
      'a port of the database',
      "    user: '999:999'\n    mem_limit: 768m",
      "    ports: ['3306:3306']\n    mem_limit: 768m",
      /mysql: publishes 3306/,
    ],
    [
      'a file system that can be written',
      '  read_only: true',
      '  read_only: false',
      /nginx: its file system can be written/,
    ],
    ['capabilities', '  cap_drop: [ALL]', '  cap_drop: [NET_RAW]', /nginx: it has capabilities/],
    ['no limit of memory', '    mem_limit: 128m\n', '', /nginx: no limit of memory/],
    ['a log without end', "max-file: '3'", "max-file: '0'", /its log is not rotated/],
    ['no restart', 'restart: unless-stopped', 'restart: always', /restart is always/],
    [
      'health that nobody sees',
      /\n {4}healthcheck:\n {6}test: \[CMD, mysqladmin[\s\S]*?retries: 5/,
      '',
      /mysql: nobody sees its health/,
    ],
    ['a password in the environment', 'amqp://outbox@', 'amqp://outbox:secret@', /a password in ATES_AMQP_URL/],
    [
      'a secret in the environment',
      'MYSQL_ROOT_PASSWORD_FILE:',
      'MYSQL_ROOT_PASSWORD:',
      /a secret in MYSQL_ROOT_PASSWORD/,
    ],
    ['an outbox that nobody reads', ' mysql://outbox@mysql:3306/billing', '', /the outbox of billing/],
    [
      'a database that nobody makes',
      ' mysql://analytics_owner@mysql:3306/analytics',
      '',
      /migrate makes other databases/,
    ],
  ])('%s', (_, from, to, finding) => {
    const changed = compose.replace(from, to);
    expect(changed).not.toBe(compose);
    expect(composeFindings(changed, functions, known).join('\n')).toMatch(finding);
  });
});

it('the root Dockerfile ends with the template’s own stage', () => {
  const ours = lastStage(read('Dockerfile'));
  expect(ours).toMatch(/^FROM node:24-bookworm-slim\nARG REVISION[\s\S]*CMD \["fwatchdog"\]$/);
  expect(ours).toBe(lastStage(read('template/ates-node/Dockerfile')));
});

it('both Dockerfiles take the same watchdog, and Node from the same image', () => {
  const bases = (path: string) => [...read(path).matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  const ours = new Set(bases('Dockerfile'));
  for (const image of bases('template/ates-node/Dockerfile')) expect(ours).toContain(image);
  expect([...ours].every((image) => /:[\d.]+/.test(image ?? ''))).toBe(true); // a version each
});
