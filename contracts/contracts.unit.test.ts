import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventEnvelope, envelopeProblem } from './event.ts';
import { register } from './register.ts';
import { splitOldTitle } from './tasks/old-title.ts';

const here = import.meta.dirname;
const fileOf = (type: string) => type.replace('.', '/');
const sampleOf = (type: string) =>
  JSON.parse(readFileSync(join(here, `${fileOf(type)}.sample.json`), 'utf8')) as EventEnvelope;

describe.each(register.map((contract) => ({ type: contract.type, contract })))('$type', ({ type, contract }) => {
  it('still takes its frozen sample', () => expect(contract.problemWith(sampleOf(type))).toBeNull());

  it('refuses the sample when any one field is missing, and when one too many is there', () => {
    const sample = sampleOf(type);
    const withoutOne = (object: object, name: string) =>
      Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
    for (const name of Object.keys(sample)) expect(contract.problemWith(withoutOne(sample, name)), name).not.toBeNull();
    for (const name of Object.keys(sample.data as object)) {
      const data = withoutOne(sample.data as object, name);
      expect(contract.problemWith({ ...sample, data }), name).not.toBeNull();
    }
    expect(contract.problemWith({ ...sample, data: { ...(sample.data as object), more: 1 } })).not.toBeNull();
  });

  it('takes amounts at their limits and refuses them one cent beyond', () => {
    const sample = sampleOf(type);
    const limits = {
      feeCents: [1_000, 2_000, 100],
      rewardCents: [2_000, 4_000, 100],
      amountCents: [1, 1_000_000_000_000, 1],
      version: [1, 2_147_483_647, 1],
    };
    for (const [name, [least = 0, most = 0, step = 0]] of Object.entries(limits)) {
      if (!(name in (sample.data as object))) continue;
      const problem = (value: unknown) =>
        contract.problemWith({ ...sample, data: { ...(sample.data as object), [name]: value } });
      for (const good of [least, most]) expect(problem(good), `${name} ${good}`).toBeNull();
      const bad = [
        least - 1,
        most + 1,
        -least,
        0,
        least + step / 2,
        least + 0.5,
        String(least),
        null,
        Number.MAX_VALUE,
      ];
      for (const value of bad) expect(problem(value), `${name} ${value}`).not.toBeNull();
    }
  });
});

it('every contract file is registered, and every sample belongs to one', () => {
  const types = register.map(({ type }) => fileOf(type)).sort();
  const files = globSync('*/*.v*.ts', { cwd: here }).map((file) => file.replace(/\.ts$/, ''));
  const samples = globSync('*/*.sample.json', { cwd: here }).map((file) => file.replace(/\.sample\.json$/, ''));
  expect(files.sort()).toEqual(types);
  expect(samples.sort()).toEqual(types);
});

it.each([
  ['id', 'not-a-uuid'],
  ['id', 'ABCDEF00-0000-7000-8000-000000000000'],
  ['time', '1000-01-01T10:00:00.000Z'],
  ['time', '2026-11-23T10:00:00Z'],
  ['time', '2026-13-01T10:00:00.000Z'],
  ['time', '2026-02-30T10:00:00.000Z'],
  ['time', '2026-11-23T10:00:00.000+03:00'],
  ['time', 1_700_000_000_000],
  ['specversion', '0.3'],
  ['type', 'tasks.task-assigned'],
  ['type', 'tasks.task-assigned.v0'],
  ['traceparent', 'none'],
  ['subject', ''],
  ['data', []],
])('an envelope with %s %j is refused', (name, value) => {
  expect(envelopeProblem({ ...sampleOf('tasks.task-assigned.v2'), [name]: value })).not.toBeNull();
});

it('nothing that is no event passes for one', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => envelopeProblem(value) !== null));
});

it.each([
  ['[ABC-1] - Title', { jiraId: 'ABC-1', title: 'Title' }],
  ['[ABC-1] Title', { jiraId: 'ABC-1', title: 'Title' }],
  ['[ABC-1]', { jiraId: null, title: '[ABC-1]' }],
  ['[abc-1] - Title', { jiraId: null, title: '[abc-1] - Title' }],
  ['Title [ABC-1]', { jiraId: null, title: 'Title [ABC-1]' }],
  ['[A-1] - [B-2] - Title', { jiraId: 'A-1', title: '[B-2] - Title' }],
])('the old title %j is split', (old, split) => expect(splitOldTitle(old)).toEqual(split));
