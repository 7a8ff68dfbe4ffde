import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { killPart, startPart, stopPart } from '../flows/command-line.ts';
import { Visitor } from '../flows/visitor.ts';
import { atRest } from './load.ts';

const ledgerOf = async (worker: Visitor, taskId: string) =>
  (await worker.get('/api/accounts/me/transactions?limit=200')).body.items
    .filter((row: { taskId: string }) => row.taskId === taskId)
    .map(({ kind, sumCents }: { kind: string; sumCents: number }) => [kind, sumCents]);

it('a task that is closed while the broker is stopped earns its reward once, though every process on the way is killed', async () => {
  const manager = await Visitor.signIn('manager');
  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Broker away ${randomUUID()}` });
  const worker = await Visitor.signInById(task.userId);
  await expect.poll(() => ledgerOf(worker, task.id), { timeout: 10_000 }).toEqual([['fee', -task.feeCents]]);

  await stopPart('broker');
  expect((await worker.send('POST', `/api/tasks/${task.id}/close`, {})).status).toBe(200);
  expect((await worker.send('POST', `/api/tasks/${task.id}/close`, {})).status).toBe(409);
  for (const part of ['tasks-close', 'outbox', 'queue', 'accounts-record', 'database']) await killPart(part);
  for (const part of ['broker', 'database', 'tasks-close', 'outbox', 'queue', 'accounts-record']) await startPart(part);

  const once = [
    ['reward', task.rewardCents],
    ['fee', -task.feeCents],
  ];
  await expect.poll(() => ledgerOf(worker, task.id), { timeout: 60_000 }).toEqual(once);
  await atRest();
  expect(await ledgerOf(worker, task.id)).toEqual(once);
});
