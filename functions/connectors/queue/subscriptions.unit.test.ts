import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSubscriptions } from './subscriptions.ts';

function read(events: unknown): ReturnType<typeof readSubscriptions> {
  const folder = mkdtempSync(join(tmpdir(), 'ates-stack-'));
  const file = join(folder, 'stack.yml');
  const annotations = events === undefined ? {} : { 'ates.events': events };
  writeFileSync(file, JSON.stringify({ functions: { 'accounts-record': { annotations }, 'auth-api': {} } }));
  try {
    return readSubscriptions(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('every version of each event arrives; a function without events has no queue', () => {
  expect(read('tasks.task-assigned, tasks.task-closed')).toEqual([
    { function: 'accounts-record', bindings: ['tasks.task-assigned.#', 'tasks.task-closed.#'] },
  ]);
  expect(read(undefined)).toEqual([]);
});

it.each(['', 'tasks.task-assigned.v2', 'tasks.*', '#', 'tasks', 'Tasks.task-assigned', 'tasks.task-assigned,'])(
  'a function that would hear %j does not start as if it were healthy',
  (events) => expect(() => read(events)).toThrow('accounts-record cannot hear'),
);
