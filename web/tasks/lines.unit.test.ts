import { expect, it } from 'vitest';
import { lineOf, tasksIn } from './lines.ts';

it.each([
  ['', []],
  [' \n\t\r\n', []],
  ['Feed the parrot', [{ title: 'Feed the parrot' }]],
  ['Feed\n\n  Count \r\nSing', [{ title: 'Feed' }, { title: 'Count' }, { title: 'Sing' }]],
  ['ABC-1 Feed', [{ title: 'Feed', jiraId: 'ABC-1' }]],
  ['[ABC-12] - Feed', [{ title: 'Feed', jiraId: 'ABC-12' }]],
  ['P2-7: Покормить', [{ title: 'Покормить', jiraId: 'P2-7' }]],
  ['- one\n* two\n3. ABC-4 three', [{ title: 'one' }, { title: 'two' }, { title: 'three', jiraId: 'ABC-4' }]],
  ['ABC-1', [{ title: 'ABC-1' }]],
  ['Version A-1 is out', [{ title: 'Version A-1 is out' }]],
])('%j holds %j', (text, tasks) => expect(tasksIn(text)).toEqual(tasks));

it.each([{ title: 'Feed' }, { title: 'Feed', jiraId: 'ABC-1' }])('%j comes again from its own line', (task) =>
  expect(tasksIn(lineOf(task))).toEqual([task]),
);
