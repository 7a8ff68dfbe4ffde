import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { expect, it } from 'vitest';
import { Visitor } from './visitor.ts';

const until = expect.poll;

type Row = Record<string, string | number | null>;

async function rowsOf(service: 'accounts' | 'analytics', sql: string): Promise<Row[]> {
  const connection = await mysql.createConnection({ uri: Visitor.run().databases[service] ?? '', dateStrings: true });
  const [rows] = await connection.query(sql);
  await connection.end();
  return rows as Row[];
}

/** The days of the ledger, counted from its rows alone. */
async function daysOfTheLedger() {
  const rows = await rowsOf('accounts', 'SELECT user_id, kind, sum, business_date AS date, task_id FROM transactions');
  const balances = new Map<unknown, number>();
  return [...new Set(rows.map(({ date }) => String(date)))].sort().map((date) => {
    const own = rows.filter((row) => row.date === date);
    for (const { user_id: id, sum } of own) balances.set(id, (balances.get(id) ?? 0) + Number(sum));
    const closings = own.filter(({ kind }) => kind === 'reward');
    const highest = Math.max(...closings.map(({ sum }) => Number(sum)));
    const dearest = closings.filter(({ sum }) => sum === highest).map(({ task_id: id }) => String(id));
    return {
      date,
      profit: -own.filter(({ kind }) => kind !== 'payout').reduce((total, { sum }) => total + Number(sum), 0),
      losers: [...balances.values()].filter((balance) => balance < 0).length,
      task_top_id: dearest.sort()[0] ?? null,
    };
  });
}
const days = () => rowsOf('analytics', 'SELECT date, profit, losers, task_top_id FROM dates ORDER BY date');

it('what the company earns follows the button, live; to those who steer it, and to nobody else', async () => {
  const [manager, executive] = [await Visitor.signIn('manager'), await Visitor.signIn('executive')];
  const today = async () => (await executive.get('/api/analytics/days')).body.items.at(-1);
  const before = await today();

  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Feed the parrots ${randomUUID()}` });
  await until(async () => (await today()).feesCents, { timeout: 5_000, interval: 50 }).toBe(
    before.feesCents + task.feeCents,
  );
  const worker = await Visitor.signInById(task.userId);
  await worker.send('POST', `/api/tasks/${task.id}/close`, {});
  await until(async () => (await today()).rewardsCents, { timeout: 5_000, interval: 50 }).toBe(
    before.rewardsCents + task.rewardCents,
  );

  const { topTask } = (await executive.get('/api/analytics/top-task?period=month')).body;
  expect(topTask.rewardCents).toBeGreaterThanOrEqual(task.rewardCents);
  for (const other of [manager, worker]) expect((await other.get('/api/analytics/days')).status).toBe(403);
});

it('its days are the ledger’s, as counted by other code; a rebuild gives the same bytes', async () => {
  await until(async () => JSON.stringify(await days()) === JSON.stringify(await daysOfTheLedger()), {
    timeout: 10_000,
  }).toBe(true);

  const all = () => rowsOf('analytics', 'SELECT * FROM dates ORDER BY date');
  const before = await all();
  const admin = await Visitor.signIn('admin');
  const [from, to] = [before[0]?.date, before.at(-1)?.date];
  const { status, body } = await admin.send('POST', '/api/analytics/rebuild', { from, to });
  expect(status).toBe(202);
  await until(async () => (await rowsOf('analytics', `SELECT state FROM rebuilds WHERE id = '${body.id}'`))[0]?.state, {
    timeout: 10_000,
  }).toBe('done');
  expect(await all()).toEqual(before);
});
