import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { killPart, startPart, stopPart } from '../flows/command-line.ts';
import { Visitor } from '../flows/visitor.ts';
import { checkLedger, checkLedgerAtRest } from '../money/check.ts';
import { addOnce, atRest, effectsOf, load } from './load.ts';

describe('kill -9 under load loses nothing and doubles nothing', () => {
  it.each([
    ['accounts-record', 4],
    ['analytics-aggregate', 4],
    ['tasks-add', 4],
    ['outbox', 4],
    ['queue', 4],
    ['nginx', 2],
    ['broker', 1],
    ['database', 2],
  ])('%s', async (part, kills) => {
    const people = await load();
    for (let n = 0; n < kills; n += 1) {
      await pause(300 + Math.random() * 700); // a random moment of the load
      await killPart(part);
      await startPart(part); // resolves when it is ready again
    }
    const sent = await people.stop();
    expect(sent.filter(({ taskId }) => taskId !== null).length).toBeGreaterThan(20);

    await atRest();
    await effectsOf(sent);
    const run = Visitor.run();
    expect(await checkLedger(run)).toEqual([]);
    expect(await checkLedgerAtRest(run)).toEqual([]);
  });
});

it('the parts start in any order: functions and connectors first, engines last', async () => {
  const parts = ['accounts-record', 'tasks-add', 'auth-api', 'outbox', 'queue', 'broker', 'database'];
  for (const part of parts) await stopPart(part);
  // A part is told late when what it needs takes longer than its own time: it goes on, and is asked for once more.
  await Promise.all(parts.map((part) => startPart(part).catch(() => startPart(part))));
  const sent = await addOnce(await Visitor.signIn('manager'));
  expect(sent.taskId).not.toBeNull();
  await atRest();
  expect(await checkLedger(Visitor.run())).toEqual([]);
});
