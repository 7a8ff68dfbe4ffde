import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '#platform/config';
import type { FunctionHandler } from '#platform/define-function';
import { root } from '../../scripts/build.ts';
import { definitions } from '../../scripts/generate.ts';
import { disagreements, type Stack, type StackFunction } from './stack.ts';

const { functions } = parse(readFileSync(join(root, 'stack.yml'), 'utf8')) as { functions: Stack };
let defined: FunctionHandler['definition'][];
beforeAll(async () => {
  defined = await definitions();
});

it('stack.yml and the handlers agree on names, events, secrets and folders', () => {
  expect(disagreements(functions, defined)).toEqual([]);
});

describe('each disagreement is found', () => {
  const record = functions['accounts-record'] as StackFunction;
  const changed = (changes: object): Stack => ({ ...functions, 'accounts-record': { ...record, ...changes } });
  it.each<[string, () => Stack, RegExp]>([
    ['a function without a handler', () => ({ ...functions, 'tasks-fly': record }), /tasks-fly has no handler/],
    [
      'a handler that is not deployed',
      () => ({ 'auth-api': functions['auth-api'] as StackFunction }),
      /tasks-add is not in stack/,
    ],
    [
      'an event that is not bound',
      () => changed({ annotations: { 'ates.events': 'tasks.task-closed' } }),
      /is bound to tasks.task-closed$/,
    ],
    [
      'a secret too many',
      () => changed({ secrets: [...(record.secrets ?? []), 'session-private-key'] }),
      /gets .*session-private-key/,
    ],
    ['a secret too few', () => changed({ secrets: ['caller-keys'] }), /needs the secrets/],
    ['another folder', () => changed({ handler: './functions/accounts/record' }), /handler is/],
    ['a connector among the functions', () => ({ ...functions, ops: record }), /ops is in stack.yml/],
    [
      'a schedule for a function without work',
      () => changed({ annotations: { ...record.annotations, topic: 'cron-function', schedule: '@every 5s' } }),
      /accounts-record is poked, and has no work/,
    ],
    [
      'work without a schedule',
      () => ({ ...functions, 'tasks-assign': { ...(functions['tasks-assign'] as StackFunction), annotations: {} } }),
      /tasks-assign has work, and no schedule/,
    ],
  ])('%s', (_, stack, message) => {
    expect(disagreements(stack(), defined).join('\n')).toMatch(message);
  });
});

it('every npm script ends with its program: the shell that npm starts becomes it, since it passes no signal on', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  expect(scripts).toHaveProperty('start');
  expect(Object.entries(scripts).filter(([, command]) => !/^exec [^&|;]+$/.test(command))).toEqual([]);
});

it('.env.example explains every setting there is, and no other', () => {
  const text = readFileSync(join(root, '.env.example'), 'utf8');
  const explained = [...text.matchAll(/^# ?(ATES_[A-Z_]+)=/gm)].map((match) => match[1]);
  expect(explained.sort()).toEqual([...SETTINGS].sort());
});
