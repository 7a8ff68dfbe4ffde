import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bundles } from '../../scripts/build.ts';
import { layOut } from './faas-cli.ts';
import { TEMPLATE } from './running.ts';

/** The template as faas-cli 0.18 takes it. */

const work = mkdtempSync(join(tmpdir(), 'ates-layout-'));
afterAll(() => rmSync(work, { recursive: true }));
const dockerfile = readFileSync(join(TEMPLATE, 'Dockerfile'), 'utf8');

it('what faas-cli lays out has every file that the Dockerfile copies, and the handler instead of the sample', () => {
  const handler = join(work, 'handler');
  for (const folder of ['deeper', 'build', 'template']) mkdirSync(join(handler, folder), { recursive: true });
  for (const file of ['handler.js', 'deeper/a.node', 'build/x', 'template/x']) {
    writeFileSync(join(handler, file), `our ${file}`);
  }
  const target = join(work, 'laid-out');
  layOut(TEMPLATE, handler, target);
  expect(readFileSync(join(target, 'function/handler.js'), 'utf8')).toBe('our handler.js');
  expect(existsSync(join(target, 'function/deeper/a.node'))).toBe(true);
  expect(existsSync(join(target, 'function/build'))).toBe(false); // faas-cli leaves these two names out
  expect(existsSync(join(target, 'function/template'))).toBe(false);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  expect(copied).toEqual(['index.mjs', 'package.json', 'function/']);
  for (const file of copied) expect(existsSync(join(target, file)), file).toBe(true);
});

it('no bundle is named as what faas-cli leaves out of a handler', async () => {
  const files = (await bundles())
    .filter(({ kind }) => kind === 'function')
    .map(({ outfile }) => outfile.split('/').at(-1));
  expect(new Set(files)).toEqual(new Set(['handler.js']));
});

it('template.yml says only what faas-cli reads, and starts what the Dockerfile starts', () => {
  const template = parse(readFileSync(join(TEMPLATE, 'template.yml'), 'utf8')) as Record<string, string>;
  expect(Object.keys(template).sort()).toEqual(['fprocess', 'handler_folder', 'language', 'welcome_message']);
  expect(dockerfile).toContain(`fprocess="${template.fprocess}"`);
  expect(template.handler_folder).toBe('function');
});

describe('the times in the image fit each other', () => {
  const seconds = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)s`).exec(dockerfile)?.[1]);
  const entryPoint = readFileSync(join(TEMPLATE, 'index.mjs'), 'utf8');
  const drainSeconds = Number(/DRAIN_MS = ([\d_]+);/.exec(entryPoint)?.[1]?.replaceAll('_', '')) / 1_000;
  const operationSeconds =
    Number(
      /OPERATION_MS = ([\d_]+);/.exec(readFileSync('platform/function-runtime.ts', 'utf8'))?.[1]?.replaceAll('_', ''),
    ) / 1_000;

  it('a function answers before the watchdog gives up, and the watchdog before its own connection ends', () => {
    expect(operationSeconds).toBeLessThan(seconds('exec_timeout'));
    expect(seconds('exec_timeout')).toBeLessThan(Math.min(seconds('read_timeout'), seconds('write_timeout')));
  });

  it('what comes at the end of the window after SIGTERM is done before the entry point leaves', () => {
    expect(seconds('healthcheck_interval')).toBeLessThanOrEqual(drainSeconds / 2); // the entry point believes no more
    expect(seconds('healthcheck_interval') + seconds('exec_timeout')).toBeLessThanOrEqual(drainSeconds);
  });
});

it('the sample’s own test passes, and fails when the sample does', () => {
  const folder = join(work, 'sample');
  cpSync(join(TEMPLATE, 'function'), folder, { recursive: true });
  const test = () => spawnSync(process.execPath, ['--test'], { cwd: folder, env: { PATH: process.env.PATH } }).status;
  expect(test()).toBe(0);
  writeFileSync(join(folder, 'handler.js'), 'module.exports = async () => 1;');
  expect(test()).toBe(1);
});
