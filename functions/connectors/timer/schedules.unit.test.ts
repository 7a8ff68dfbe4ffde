import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSchedules } from './schedules.ts';

function read(annotations: Record<string, string>, options = {}): ReturnType<typeof readSchedules> {
  const folder = mkdtempSync(join(tmpdir(), 'ates-stack-'));
  const file = join(folder, 'stack.yml');
  writeFileSync(file, JSON.stringify({ functions: { 'tasks-assign': { annotations }, 'auth-api': {} } }));
  try {
    return readSchedules(file, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const nextOf = (schedule: string, now: string) =>
  read({ topic: 'cron-function', schedule })[0]?.next(new Date(now)).toISOString();

it.each([
  ['@every 10s', '2026-11-23T10:00:03.000Z', '2026-11-23T10:00:13.000Z'],
  ['@every 2h', '2026-11-23T10:00:00.000Z', '2026-11-23T12:00:00.000Z'],
  ['* * * * *', '2026-11-23T10:00:03.000Z', '2026-11-23T10:01:00.000Z'],
  ['5 0 * * *', '2026-11-23T10:00:00.000Z', '2026-11-24T00:05:00.000Z'],
  ['CRON_TZ=Europe/Moscow 5 0 * * *', '2026-11-23T10:00:00.000Z', '2026-11-23T21:05:00.000Z'],
  ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-03-28T12:00:00.000Z', '2026-03-29T01:00:00.000Z'], // an hour that is skipped
])('%s after %s is due at %s', (schedule, now, due) => expect(nextOf(schedule, now)).toBe(due));

it.each(['', 'daily', '@every 0s', '@every 1.5s', '61 * * * *', '* * * *', 'CRON_TZ=Nowhere/City * * * * *'])(
  'a function with the schedule %j does not start as if it were healthy',
  (schedule) =>
    expect(() => nextOf(schedule, '2026-11-23T10:00:00.000Z')).toThrow('tasks-assign has a schedule that never comes'),
);

it('a function with another topic, or with none, is not poked', () => {
  expect(read({ topic: 'payments', schedule: '@every 10s' })).toEqual([]);
  expect(read({})).toEqual([]);
});

it('with business days of seconds, what is due by the minute is poked every 2 s; other schedules stay', () => {
  const now = new Date('2026-11-23T10:00:03.000Z');
  const next = (schedule: string) => read({ topic: 'cron-function', schedule }, { shortDays: true })[0]?.next(now);
  expect(next('* * * * *')).toEqual(new Date('2026-11-23T10:00:05.000Z'));
  expect(next('@every 10s')).toEqual(new Date('2026-11-23T10:00:13.000Z'));
});
