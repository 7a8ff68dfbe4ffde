import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startPart, stopPart } from '../flows/command-line.ts';
import { Visitor } from '../flows/visitor.ts';
import { checkLedger } from '../money/check.ts';
import { atRest, effectsOf, load } from './load.ts';

it('a function that is away for longer than an event is ever retried loses nothing and parks nothing', async () => {
  await stopPart('accounts-record');
  const people = await load();
  await pause(2_000);
  const sent = await people.stop();
  await pause(80_000); // an event that fails is parked within 75 s; one whose function is away never
  await startPart('accounts-record');
  await atRest();
  await effectsOf(sent);
  expect(await checkLedger(Visitor.run())).toEqual([]);
});
