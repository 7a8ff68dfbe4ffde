import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { expect, it } from 'vitest';
import { checkLedgerAtRest } from '../money/check.ts';
import { Visitor } from './visitor.ts';

const until = expect.poll;

/** What the independent checker finds wrong with the days. */
const checkDays = async () =>
  (await checkLedgerAtRest(Visitor.run())).filter(({ invariant }) => invariant === 'analytics');

type Row = Record<string, string | number | null>;

async function rowsOf(sql: string): Promise<Row[]> {
  const connection = await mysql.createConnection({ uri: Visitor.run().databases.analytics ?? '', dateStrings: true });
  const [rows] = await connection.query(sql);
  await connection.end();
  return rows as Row[];
}

it('what the company earns follows the button, live; to those who steer it, and to nobody else', async () => {
  const [manager, executive] = [await Visitor.signIn('manager'), await Visitor.signIn('executive')];
  const today = async () => (await executive.get('/api/analytics/days')).body.items.at(-1);
  const before = await today();

  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Feed the parrots ${randomUUID()}` });
  await until(async () => (await today()).feesCents).toBe(before.feesCents + task.feeCents);
  const worker = await Visitor.signInById(task.userId);
  await worker.send('POST', `/api/tasks/${task.id}/close`, {});
  await until(async () => (await today()).rewardsCents).toBe(before.rewardsCents + task.rewardCents);

  const { topTask } = (await executive.get('/api/analytics/top-task?period=month')).body;
  expect(topTask.rewardCents).toBeGreaterThanOrEqual(task.rewardCents);
  for (const other of [manager, worker]) expect((await other.get('/api/analytics/days')).status).toBe(403);
});

it('its days are the ledger’s, as counted by other code; a rebuild gives the same bytes, and mends what was spoilt', async () => {
  await until(checkDays, { timeout: 10_000 }).toEqual([]);
  const all = () => rowsOf('SELECT * FROM dates ORDER BY date');
  const before = await all();
  const admin = await Visitor.signIn('admin');
  const rebuild = async () => {
    const [from, to] = [before[0]?.date, before.at(-1)?.date];
    const { status, body } = await admin.send('POST', '/api/analytics/rebuild', { from, to });
    expect(status).toBe(202);
    const state = async () => (await rowsOf(`SELECT state FROM rebuilds WHERE id = '${body.id}'`))[0]?.state;
    await until(state, { timeout: 10_000 }).toBe('done');
  };
  await rebuild();
  expect(await all()).toEqual(before);

  await rowsOf('UPDATE dates SET losers = losers + 1 ORDER BY date LIMIT 1');
  expect(await checkDays()).toMatchObject([{ invariant: 'analytics' }]);
  await rebuild();
  expect(await all()).toEqual(before);
});
