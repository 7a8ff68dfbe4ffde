import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { atRest } from '../faults/load.ts';
import { Visitor } from './visitor.ts';

const RACES = 60;

interface Step {
  readonly version: number;
  readonly kind: 'assigned' | 'closed';
  readonly userId: string;
}

/** The history of a task and the ledger's rows about it tell the same story, step by step. */
async function booksOf(accountant: Visitor, taskId: string) {
  const { history } = (await accountant.get(`/api/tasks/${taskId}`)).body as { history: Step[] };
  const rows = (await accountant.get(`/api/accounts/transactions?taskId=${taskId}`)).body.items;
  const fromHistory = history.map(({ kind, userId }) => `${kind === 'assigned' ? 'fee' : 'reward'} ${userId}`);
  const fromLedger = rows.map(({ kind, userId }: { kind: string; userId: string }) => `${kind} ${userId}`);
  return { history, fromHistory: fromHistory.sort(), fromLedger: fromLedger.sort() };
}

it('a task that is closed and given on at the same moment has one winner, and history and ledger agree', async () => {
  const [manager, accountant] = await Promise.all([Visitor.signIn('manager'), Visitor.signIn('accountant')]);
  const workers = new Map<string, Visitor>();
  for (let n = 1; n <= 5; n += 1) {
    const worker = await Visitor.signIn(`worker${n}`);
    workers.set((await worker.get('/api/auth/session')).body.id, worker);
  }
  const seen = { closedOnly: 0, givenFirst: 0, lost: 0 };
  const ids: string[] = [];
  for (let n = 0; n < RACES; n += 1) {
    const { body: task } = await manager.send('POST', '/api/tasks', { title: `Race ${randomUUID()}` });
    const worker = workers.get(task.userId) as Visitor;
    ids.push(task.id);
    const close = () => worker.send('POST', `/api/tasks/${task.id}/close`, {});
    const assign = () => manager.send('POST', `/api/tasks/${task.id}/assign`, {});
    const early = n % 2 === 0 ? null : assign(); // who is asked first has a start, so each is in turn
    const [closed, again, given] = await Promise.all([close(), close(), early ?? assign()]);
    const closings = [closed, again].filter(({ status }) => status === 200).length;
    expect(closings).toBeLessThanOrEqual(1);
    if (given.status === 409) expect(closings, 'closed before it could be given on').toBe(1);
    else if (closings === 0) expect([closed.status, again.status], 'given to somebody else').toEqual([403, 403]);
    seen[given.status === 409 ? 'closedOnly' : closings === 1 ? 'givenFirst' : 'lost'] += 1;
  }
  await atRest();
  for (const id of ids) {
    const { history, fromHistory, fromLedger } = await booksOf(accountant, id);
    expect(fromLedger).toEqual(fromHistory);
    expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
    expect(history.slice(0, -1).every(({ kind }) => kind === 'assigned')).toBe(true);
  }
  // Where one of them always came first, they did not race.
  expect(Object.values(seen).filter((times) => times > 0).length, JSON.stringify(seen)).toBeGreaterThan(1);
});
