import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundles, root } from '../../scripts/build.ts';
import { ENTRIES } from '../../web/build.ts';
import { breach, type Import, isDrawer } from './walls.ts';

let imports: Import[];

// esbuild's metafile knows every import that is left at run time; types are gone by then.
beforeAll(async () => {
  const entries = [...(await bundles()).map(({ entry }) => entry), ...ENTRIES.map((entry) => `web/${entry}`)];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    bundle: true,
    write: false,
    outdir: 'unwritten',
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.node': 'empty' },
    metafile: true,
    logLevel: 'silent',
  });
  imports = Object.entries(metafile.inputs).flatMap(([from, { imports: targets }]) =>
    targets.filter(({ external }) => !external).map(({ path: to }) => ({ from, to })),
  );
});

it('no import of any bundle breaks a wall', () => {
  expect(imports.length).toBeGreaterThan(500); // it has really looked
  const breaches = imports.flatMap((edge) => (breach(edge) ? [`${edge.from} -> ${edge.to}: ${breach(edge)}`] : []));
  expect(breaches).toEqual([]);
});

describe('each wall finds a planted breach', () => {
  it.each([
    ['contracts/tasks/task-assigned.v2.ts', 'platform/log.ts'],
    ['platform/outbox.ts', 'functions/tasks/db/schema.ts'],
    ['platform/route.ts', 'web/ui/client.ts'],
    ['platform/database.ts', 'node_modules/amqplib/channel_api.js'],
    ['functions/tasks/add/handler.ts', 'node_modules/amqplib/channel_api.js'],
    ['functions/tasks/add/handler.ts', 'functions/auth/db/users.ts'],
    ['functions/auth/api/handler.ts', 'functions/auth/session/cookies.ts'],
    ['functions/accounts/domain/ledger.ts', 'platform/columns.ts'],
    ['functions/accounts/domain/ledger.ts', 'functions/accounts/db/schema.ts'],
    ['functions/accounts/domain/ledger.ts', 'node_modules/uuid/dist/index.js'],
    ['functions/connectors/queue/main.ts', 'functions/tasks/db/schema.ts'],
    ['sandbox/mail/main.ts', 'functions/mailer/db/schema.ts'],
    ['functions/mailer/send/handler.ts', 'sandbox/mail/catcher.ts'],
    ['sandbox/bank/main.ts', 'functions/tasks/db/schema.ts'],
    ['functions/tasks/add/handler.ts', 'sandbox/bank/journal.ts'],
    ['web/tasks/main.tsx', 'contracts/rest/tasks.ts'],
    ['web/tasks/main.tsx', 'functions/tasks/domain/task.ts'],
  ])('%s -> %s', (from, to) => {
    expect(breach({ from, to })).not.toBeNull();
  });

  it.each([
    ['functions/tasks/add/handler.ts', 'functions/tasks/domain/task.ts'],
    ['functions/tasks/add/handler.ts', 'contracts/tasks/task-assigned.v2.ts'],
    ['functions/connectors/queue/main.ts', 'platform/broker.ts'],
    ['platform/broker.ts', 'node_modules/amqplib/channel_api.js'],
  ])('and lets through %s -> %s', (from, to) => {
    expect(breach({ from, to })).toBeNull();
  });
});

describe('the files themselves', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');

  it('there is no drawer without a subject', () => {
    expect(files.filter(isDrawer)).toEqual([]);
    expect(['platform/utils.ts', 'functions/common/x.ts', 'web/lib/a.ts'].filter(isDrawer)).toHaveLength(3);
  });

  it('no test is left out or singled out, and nothing is left open', () => {
    const left = /\b(it|test|describe)\.(skip|only|todo)\b|\bTODO\b|\bFIXME\b/;
    expect('it.only(').toMatch(left);
    const own = 'tests/boundaries/walls.unit.test.ts';
    const sources = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && file !== own);
    expect(sources.filter((file) => left.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it('functions and the platform write to the log, not to the console', () => {
    const sources = files.filter((file) => /^(platform|functions|contracts)\/.*\.ts$/.test(file));
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.filter((file) => /\bconsole\./.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
