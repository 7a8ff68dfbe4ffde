import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getTableName, is } from 'drizzle-orm';
import { MySqlTable } from 'drizzle-orm/mysql-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionHandler } from '#platform/define-function';
import { root } from '../../scripts/build.ts';
import { definitions } from '../../scripts/generate.ts';
import { alarmsIn, anchorsOf, brokenLinks, namedIn, routesIn } from './documents.ts';

const tracked = (...patterns: string[]): string[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)));
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

it('every link of a document leads to a file that is there, and to a heading of it', () => {
  const documents = tracked('*.md');
  expect(documents.length).toBeGreaterThan(20);
  const anchors = (path: string) => (path.endsWith('.md') ? anchorsOf(textOf(path)) : []);
  const isThere = (path: string) => existsSync(join(root, path));
  expect(documents.flatMap((path) => brokenLinks(path, textOf(path), isThere, anchors))).toEqual([]);
});

it('every alarm has its row in the runbook, and every row its alarm', () => {
  const sources = tracked('functions/*.ts', 'platform/*.ts').filter((path) => !path.endsWith('.test.ts'));
  const raised = new Set(sources.flatMap((path) => alarmsIn(textOf(path))));
  const [, table = ''] = textOf('docs/runbook.md').split('\n## Alarms\n');
  const explained = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name as string);
  expect(raised.size).toBeGreaterThan(5);
  expect(explained.sort()).toEqual([...raised].sort());
});

it('README.ru.md is the twin of README.md: the same links, commands, names and diagram', () => {
  const inRussian = (named: string) => {
    if (named === 'README.ru.md') return 'README.md';
    return named.replace(/\.en\.png$/, '.ru.png').replace('user-guide/en/', 'user-guide/ru/');
  };
  expect(namedIn(textOf('README.ru.md'))).toEqual(namedIn(textOf('README.md')).map(inRussian).sort());
});

describe('the README of a service', () => {
  let defined: FunctionHandler['definition'][];
  beforeAll(async () => {
    defined = await definitions();
  });
  const services = globSync('functions/*/README.md', { cwd: root })
    .map((path) => dirname(path).split('/')[1] as string)
    .filter((service) => service !== 'connectors');

  it.each(services)(
    '%s names its functions, routes, events and tables, and none that there is not',
    async (service) => {
      const text = textOf(`functions/${service}/README.md`);
      const own = defined.filter(({ name }) => name.startsWith(`${service}-`));
      const routes = own.flatMap(({ http = [] }) => http.map(({ method, path }) => `${method} ${path}`));
      const heard = own.flatMap(({ events }) => events?.on.map(({ type }) => type.replace(/\.v\d+$/, '')) ?? []);
      const schema = (await import(join(root, 'functions', service, 'db/schema.ts'))) as Record<string, unknown>;
      const tables = Object.values(schema).flatMap((table) => (is(table, MySqlTable) ? getTableName(table) : []));

      const named = [...own.map(({ name }) => name), ...heard, ...tables];
      expect(named.filter((word) => !text.includes(`\`${word}`))).toEqual([]);
      expect(routesIn(text).sort()).toEqual(routes.sort());
    },
  );
});

describe('what is wrong is found', () => {
  it.each([
    ['[a](gone.md)', ['docs/x.md: gone.md']],
    ['[a](../README.md#nowhere)', ['docs/x.md: ../README.md#nowhere']],
    ['[a](#here)', []],
    ['[a](#there)', ['docs/x.md: #there']],
    ['[a](https://example.com/gone.md)', []],
    ['`[a](gone.md)`', []],
    ['```\n[a](gone.md)\n```', []],
    ['[a](../README.md) and [b](../README.md#what-holds-and-why)', []],
  ])('%s', (text, broken) => {
    const isThere = (path: string) => ['README.md', 'docs/x.md'].includes(path);
    const anchors = (path: string) => anchorsOf(path === 'README.md' ? '## What holds, and *why*' : '# Here');
    expect(brokenLinks('docs/x.md', text, isThere, anchors)).toEqual(broken);
  });

  it('an alarm is found however its call is broken into lines', () => {
    expect(alarmsIn("alarm(log, 'a-b', {});\nalarm(\n  this.#log,\n  'c-d',\n")).toEqual(['a-b', 'c-d']);
  });

  it.each([
    ['a [link](docs/deploy.md)', 'docs/deploy.md'],
    ['a picture <img src="docs/images/tasks.en.png">', 'docs/images/tasks.en.png'],
    ['a command `npm test`', 'npm test'],
    ['```sh\nnpm start   # runs it\n```', 'npm start'],
  ])('that a twin lacks %j', (text, named) => expect(namedIn(text)).toContain(named));

  it('routes are found without their query', () => {
    expect(routesIn('| `GET /api/a?x=` | `POST /api/a/{id}/b {c}` | `GET /api/a` |')).toEqual([
      'GET /api/a',
      'POST /api/a/{id}/b',
    ]);
  });
});
