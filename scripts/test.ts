import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineAnswers } from '../tests/docker.ts';
import { root } from './build.ts';

/**
 * `npm test`: every part in turn, each with its time. `npm run check`: those that need no engine. `npm run test:full`:
 * what takes minutes. `npm run test:template`, `test:observe`, `test:mysql`, `test:compose`: one part; the last two need
 * a Docker engine.
 */

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  /** The commands that it is part of. */
  readonly in: readonly ('check' | 'test' | 'full' | 'template' | 'mysql' | 'compose' | 'observe' | 'pages')[];
  /** Its tests are counted. */
  readonly counts?: true;
  /** Left out where no Docker engine answers. */
  readonly docker?: true;
  readonly env?: Readonly<Record<string, string>>;
}

const vitest = (project: string) => ['vitest', 'run', '--project', project];

const PARTS: readonly Part[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'], in: ['check', 'test'] },
  { name: 'types', command: ['tsc', '-p', '.'], in: ['check', 'test'] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'], in: ['check', 'test'] },
  { name: 'unit, walls, stack', command: vitest('unit'), counts: true, in: ['check', 'test'] },
  { name: 'template', command: vitest('template'), counts: true, in: ['test', 'template'] },
  { name: 'alert rules', command: vitest('observe'), counts: true, in: ['test', 'observe'] },
  { name: 'integration', command: vitest('int'), counts: true, in: ['test'] },
  { name: 'system: end to end, faults, browser', command: vitest('system'), counts: true, in: ['test'] },
  { name: 'full: campaigns, large numbers', command: vitest('full'), counts: true, in: ['full'] },
  { name: 'pages: the whole matrix', command: vitest('pages'), counts: true, in: ['full', 'pages'] },
  {
    name: 'integration on MySQL',
    command: vitest('int'),
    env: { ATES_TEST_ENGINE: 'mysql' },
    counts: true,
    docker: true,
    in: ['mysql'],
  },
  { name: 'the system in containers', command: vitest('compose'), counts: true, docker: true, in: ['compose'] },
];
const PART_TIMEOUT_MS = 30 * 60_000;

const reports = mkdtempSync(join(tmpdir(), 'ates-tests-'));
const [asked = 'test'] = process.argv.slice(2);
const parts = PARTS.filter((part) => part.in.some((command) => command === asked));
const results: { name: string; seconds: number; outcome: 'passed' | 'failed' | 'not run' | 'left out' }[] = [];
let passed = 0;
let failed = 0;

for (const part of parts) {
  if (results.some(({ outcome }) => outcome === 'failed')) {
    results.push({ name: part.name, seconds: 0, outcome: 'not run' });
    continue;
  }
  if (part.docker && !engineAnswers()) {
    console.log(`\n${part.name}: left out, since no Docker engine answers here (docker version).`);
    results.push({ name: part.name, seconds: 0, outcome: 'left out' });
    continue;
  }
  console.log(`\n--- ${part.name}`);
  const began = performance.now();
  const ok = await run(part);
  results.push({ name: part.name, seconds: (performance.now() - began) / 1_000, outcome: ok ? 'passed' : 'failed' });
}
rmSync(reports, { recursive: true, force: true });

console.log('');
for (const { name, seconds, outcome } of results)
  console.log(`${name.padEnd(38)} ${seconds.toFixed(1).padStart(6)} s  ${outcome}`);
const bad = results.some(({ outcome }) => outcome === 'failed' || outcome === 'not run');
console.log(`${passed} passed, ${bad ? Math.max(1, failed) : failed} failed`);
process.exitCode = bad ? 1 : 0;

/** Runs one part in a process of its own and counts its tests from the report that vitest writes. */
async function run(part: Part): Promise<boolean> {
  const report = join(reports, `${part.name.replaceAll(/\W+/g, '-')}.json`);
  const [program = '', ...args] = part.command;
  const more = part.counts ? ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`] : [];
  const child = spawn(join(root, 'node_modules/.bin', program), [...args, ...more], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...part.env },
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), PART_TIMEOUT_MS);
  const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  clearTimeout(timer);
  if (!part.counts) return code === 0;
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    passed += counted.numPassedTests;
    failed += counted.numFailedTests;
    return code === 0 && counted.numPassedTests > 0; // a part without tests checks nothing
  } catch {
    return false;
  }
}
