import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import { datesFrom, fee, historyOf, recounted, shuffled, storedDays } from '../recount.ts';
import analyticsAggregate from './handler.ts';

const analytics = serviceUnderTest('analytics');
const aggregate = analytics.start(analyticsAggregate);
const admin = person('admin');

const DATES = datesFrom('2026-10-01', 30);
const [FIRST, LAST] = ['2026-10-01', '2026-10-30'];
const workers = Array.from({ length: 12 }, () => randomUUID());
const history = historyOf(DATES, workers, 12, Math.random).filter(({ time }) => !time.startsWith('2026-10-15')); // a day off

const one = async (sql: string, values: unknown[] = []) => (await analytics.rows(sql, values))[0];
const begin = (from: string = FIRST, to: string = LAST) =>
  aggregate.request('POST', '/api/analytics/rebuild', { as: admin, body: { from, to } });
const poke = () => aggregate.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });
const running = async () => (await one('SELECT count(*) AS n FROM rebuilds WHERE running = 1')).n;
const finished = () => expect.poll(running, { timeout: 15_000 }).toBe(0);
/** Everything that is counted from the facts, column by column. */
const counted = async () => ({
  dates: await analytics.rows('SELECT * FROM dates ORDER BY id'),
  balances: await analytics.rows('SELECT * FROM user_days ORDER BY user_id, date'),
});

beforeAll(async () => {
  for (let n = 0; n < history.length; n += 500) await aggregate.deliver(history.slice(n, n + 500));
});
beforeEach(finished);

keepsTheCommandPromises(
  aggregate,
  {
    method: 'POST',
    path: async () => {
      await finished();
      return '/api/analytics/rebuild';
    },
    body: { from: '2026-10-02', to: '2026-10-02' },
    otherBody: { from: '2026-10-02', to: '2026-10-03' },
    as: admin,
  },
  async () => (await one('SELECT count(*) AS n FROM rebuilds')).n,
);

it('of days that are right changes nothing, to the byte', async () => {
  const before = await counted();
  const { status, body } = await begin();
  expect(status).toBe(202);
  expect(body).toMatchObject({ from: FIRST, to: LAST, state: 'running', finishedAt: null });
  await finished();
  expect(await counted()).toEqual(before);
  expect(await one('SELECT state, next_date FROM rebuilds WHERE id = ?', [body.id])).toEqual({
    state: 'done',
    next_date: '2026-10-31',
  });
});

it('counts spoilt, missing and invented rows again from the facts, to the byte', async () => {
  const before = await counted();
  await analytics.rows(
    "UPDATE dates SET profit = 1, losers = 99, fees = 7, task_top_id = NULL WHERE date = '2026-10-03'",
  );
  await analytics.rows("DELETE FROM dates WHERE date = '2026-10-07'");
  await analytics.rows("INSERT INTO dates VALUES (20261015, '2026-10-15', 5, 5, NULL, 5, 5, NULL)");
  await analytics.rows("UPDATE user_days SET sum = sum + 100, balance = -1 WHERE date = '2026-10-09'");
  await analytics.rows("DELETE FROM user_days WHERE date > '2026-10-20' AND user_id = ?", [workers[0]]);
  await analytics.rows('INSERT INTO user_days VALUES (?)', [[randomUUID(), '2026-10-15', -100, -100]]);
  expect(await counted()).not.toEqual(before);

  await begin();
  await finished();

  expect(await counted()).toEqual(before);
});

it('from nothing but the facts makes everything again', async () => {
  const before = await counted();
  for (const table of ['dates', 'user_days']) await analytics.rows(`DELETE FROM ${table}`);
  await begin();
  await finished();
  expect(await counted()).toEqual(before);
  expect(await storedDays(analytics)).toEqual(recounted(history));
});

it('leaves the days alone that it was not asked for', async () => {
  const spoil = () => analytics.rows("UPDATE dates SET losers = 99 WHERE date IN ('2026-10-05', '2026-10-09')");
  const losersOf = async (date: string) => (await one('SELECT losers FROM dates WHERE date = ?', [date])).losers;
  await spoil();
  await begin('2026-10-06', '2026-10-08');
  await finished();
  expect([await losersOf('2026-10-05'), await losersOf('2026-10-09')]).toEqual([99, 99]);
  await begin('2026-10-05', '2026-10-09');
  await finished();
  expect(await storedDays(analytics)).toEqual(recounted(history));
});

it('pressed twenty times at once one runs, and everybody is shown it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => begin('2026-01-01', '2026-12-31')));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
});

it('what stops in the middle is gone on with by the timer from where it was: a day that was done stays done', async () => {
  await begin('2025-10-01', LAST);
  await expect
    .poll(async () => (await one('SELECT next_date FROM rebuilds WHERE running = 1')).next_date, { interval: 5 })
    .not.toBe('2025-10-01');
  await aggregate.restart();
  const { next_date: next } = await one('SELECT next_date FROM rebuilds WHERE running = 1');
  expect(next > '2025-10-01' && next < FIRST).toBe(true);

  // Of a day before the cursor nothing is counted again: one that was spoilt since stays so.
  await analytics.rows("UPDATE rebuilds SET next_date = '2026-10-06' WHERE running = 1");
  const spoilt = ['2026-10-05', '2026-10-06', '2026-10-30'];
  await analytics.rows('UPDATE dates SET profit = 12345 WHERE date IN (?)', [spoilt]);
  expect((await poke()).status).toBe(202);
  await finished();
  const left = await analytics.rows('SELECT date FROM dates WHERE profit = 12345');
  expect(left).toEqual([{ date: '2026-10-05' }]);

  await begin('2026-10-05', '2026-10-05');
  await finished();
});

it('while events arrive loses none of them, on days that are done, under way or to come', async () => {
  const arriving = historyOf(DATES, workers, 10, Math.random);
  const deliveries = shuffled([...arriving, ...arriving], Math.random);
  const batches = Array.from({ length: 40 }, (_, n) => deliveries.filter((_, at) => at % 40 === n));

  const lanes = [0, 1].map(async (lane) => {
    for (const batch of batches.filter((_, n) => n % 2 === lane)) await aggregate.deliver(batch);
  });
  let rounds = 0;
  let over = false;
  const rebuilding = (async () => {
    while (!over || rounds === 0) {
      await begin();
      await finished();
      rounds += 1;
    }
  })();
  await Promise.all(lanes);
  over = true;
  await rebuilding;

  const all = [...history, ...arriving];
  expect(await storedDays(analytics)).toEqual(recounted(all));
  const before = await counted();
  await begin();
  await finished();
  expect(await counted()).toEqual(before);
}, 60_000);

it('a day waits for no rebuild: events that come while a year is counted are counted long before it is', async () => {
  await begin('2025-10-01', LAST);
  for (const date of ['2025-10-02', '2026-10-20']) await aggregate.deliver([fee(date, workers[0] as string)]);
  const { next_date: next } = await one('SELECT next_date FROM rebuilds WHERE running = 1');
  expect(next < FIRST).toBe(true);
  await finished();
});

describe('is refused', () => {
  it.each([
    [{ from: '2026-10-02', to: '2026-10-01' }, '/from'],
    [{ from: '2025-01-01', to: '2026-02-05' }, '/from'],
    [{ from: '2026-02-30', to: '2026-03-01' }, '/from'],
    [{ from: 'yesterday', to: '2026-03-01' }, '/from'],
    [{ from: '2026-03-01', to: 20_260_301 }, '/to'],
    [{ from: '2026-03-01' }, '/to'],
  ])('for %j', async (body, pointer) => {
    const answer = await aggregate.request('POST', '/api/analytics/rebuild', { as: admin, body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('to everyone but an admin, and takes 400 days', async () => {
    for (const role of ['worker', 'manager', 'accountant', 'executive'] as const) {
      const body = { from: FIRST, to: LAST };
      const answer = await aggregate.request('POST', '/api/analytics/rebuild', { as: person(role), body });
      expect(answer.status, role).toBe(403);
    }
    expect((await begin('2025-01-01', '2026-02-04')).status).toBe(202);
  });
});
