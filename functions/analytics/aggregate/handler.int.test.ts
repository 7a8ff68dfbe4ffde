import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { beforeEach, describe, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { taskClosedV1 } from '#contracts/tasks/task-closed.v1';
import { keepsTheEventPromises } from '#platform/testing/promises';
import { exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import { datesFrom, fee, historyOf, payout, recounted, reward, shuffled, storedDays } from '../recount.ts';
import analyticsAggregate from './handler.ts';

const analytics = serviceUnderTest('analytics');
const aggregate = analytics.start(analyticsAggregate);

const stored = () => storedDays(analytics);
const dayOf = async (date: string) => (await stored()).find((row) => row.date === date);
/** What the server tells of its last deadlock, where that was in this database: other files' tests have theirs. */
const lastDeadlock = async () => {
  const [{ Status: status }] = await analytics.rows('SHOW ENGINE INNODB STATUS');
  const told = /LATEST DETECTED DEADLOCK\n-+\n([\s\S]*?)\n-+\nTRANSACTIONS/.exec(status)?.[1] ?? '';
  return told.includes(`\`${analytics.databaseUrl().pathname.slice(1)}\``) ? told : '';
};

beforeEach(async () => {
  for (const table of ['dates', 'user_days', 'facts']) await analytics.rows(`DELETE FROM ${table}`);
});

keepsTheEventPromises(
  aggregate,
  () => fee('2026-11-23', randomUUID()),
  async () => (await analytics.rows('SELECT count(*) AS n FROM facts'))[0].n,
);

describe('a day', () => {
  it('has the profit of its fees less its rewards, its losers and its dearest task; payouts are no cost', async () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    const [low, high] = ['00000000-0000-4000-8000-000000000001', 'ffffffff-0000-4000-8000-000000000001'];
    await aggregate.deliver([
      fee('2026-11-23', ada, 1_500),
      fee('2026-11-23', bob, 2_000),
      reward('2026-11-23', bob, 3_000, high),
      reward('2026-11-23', bob, 3_000, low),
      payout('2026-11-23', bob, 4_000),
    ]);
    expect(await stored()).toEqual([
      { date: '2026-11-23', profit: -2_500, losers: 1, task_top_id: low, fees: 3_500, rewards: 6_000 },
    ]);
  });

  it('is the company’s: 22:30Z is the next one in Moscow; a payout belongs to the day that it closes', async () => {
    const userId = randomUUID();
    const late = { ...fee('2026-03-01', userId, 1_000), time: '2026-03-01T22:30:00.000Z' };
    await aggregate.deliver([late, payout('2026-03-01', userId, 100)]);
    expect(await analytics.rows('SELECT date, sum, balance FROM user_days ORDER BY date')).toEqual([
      { date: '2026-03-01', sum: -100, balance: -100 },
      { date: '2026-03-02', sum: -1_000, balance: -1_100 },
    ]);
  });

  it('knows its dearest task by the fact, whose old form carries the Jira id in the title', async () => {
    const event = exampleOf(taskClosedV1, { taskId: randomUUID(), title: '[ABC-7] - Пересчитать зёрна' });
    await aggregate.deliver([event]);
    const [row] = await analytics.rows(
      'SELECT task_title, jira_id, kind, sum FROM dates JOIN facts ON event_id = task_top_event_id',
    );
    expect(row).toEqual({ task_title: 'Пересчитать зёрна', jira_id: 'ABC-7', kind: 'reward', sum: 3_000 });
  });
});

it('a payout takes a balance below zero, and the worker is among the losers from its day on', async () => {
  const userId = randomUUID();
  await aggregate.deliver([reward('2026-11-20', userId, 2_000), fee('2026-11-22', randomUUID())]);
  expect((await stored()).map(({ losers }) => losers)).toEqual([0, 1]);
  await aggregate.deliver([payout('2026-11-21', userId, 2_500)]);
  expect((await stored()).map(({ date, profit, losers }) => [date, profit, losers])).toEqual([
    ['2026-11-20', -2_000, 0],
    ['2026-11-21', 0, 1],
    ['2026-11-22', 1_000, 2],
  ]);
});

it('the same fact under another event id has no second effect; with another amount or worker it is parked', async () => {
  const userId = randomUUID();
  for (const fact of [fee('2026-11-23', userId, 1_000), payout('2026-11-23', userId, 500)]) {
    await aggregate.deliver([fact]);
    const before = await stored();
    const changed = 'feeCents' in fact.data ? { feeCents: 2_000 } : { amountCents: 501 };
    const under = (changes: object) => ({ ...fact, id: randomUUID(), data: { ...fact.data, ...changes } });
    const [again, otherAmount, otherWorker] = [under({}), under(changed), under({ userId: randomUUID() })];
    const { handled, failed } = await aggregate.deliver([again, otherAmount, otherWorker]);

    expect(handled).toBe(3);
    expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual([
      [otherAmount.id, false],
      [otherWorker.id, false],
    ]);
    expect(await stored()).toEqual(before);
    const [{ n }] = await analytics.rows('SELECT count(*) AS n FROM inbox WHERE event_id = ?', [otherAmount.id]);
    expect(n).toBe(0); // so that a replay is not taken for a repeat
  }
});

it('a fact that comes under two ids at once counts once', async () => {
  for (let n = 0; n < 10; n += 1) {
    const fact = fee('2026-11-23', randomUUID());
    const twins = [fact, { ...fact, id: randomUUID() }, { ...fact, id: randomUUID() }];
    await Promise.all(twins.map((twin) => aggregate.deliver([twin])));
  }
  expect(await dayOf('2026-11-23')).toMatchObject({ profit: 10_000, losers: 10 });
});

it('shuffled and repeated deliveries give what is counted from the events by other code', async () => {
  const dates = datesFrom('2026-10-01', 20);
  const workers = Array.from({ length: 8 }, () => randomUUID());
  const events = historyOf(dates, workers, 10, Math.random);
  const deliveries = shuffled([...events, ...events, ...shuffled(events, Math.random).slice(0, 50)], Math.random);
  for (let n = 0; n < deliveries.length; n += 90) await aggregate.deliver(deliveries.slice(n, n + 90));
  expect(await stored()).toEqual(recounted(events));
});

it('four batches at once of the same workers and days, again and again: right, and no deadlock', async () => {
  const dates = datesFrom('2026-10-01', 10);
  const workers = Array.from({ length: 6 }, () => randomUUID());
  const events = historyOf(dates, workers, 60, Math.random);
  const deliveries = shuffled([...events, ...events], Math.random);
  const before = await lastDeadlock();

  const batches = Array.from({ length: Math.ceil(deliveries.length / 50) }, (_, n) =>
    deliveries.slice(n * 50, n * 50 + 50),
  );
  const lanes = [0, 1, 2, 3].map(async (lane) => {
    for (const batch of batches.filter((_, n) => n % 4 === lane)) await aggregate.deliver(batch);
  });
  await Promise.all(lanes);

  expect(await stored()).toEqual(recounted(events));
  expect(await lastDeadlock()).toBe(before);
}, 60_000);

it('a deadlock in this database is found by that test', async () => {
  const before = await lastDeadlock();
  const url = analytics.databaseUrl();
  url.password = url.username;
  const both = await Promise.all([mysql.createConnection(url.href), mysql.createConnection(url.href)]);
  const ids = [randomUUID(), randomUUID()];
  await analytics.rows('INSERT INTO user_days VALUES ?', [ids.map((id) => [id, '2026-11-23', 0, 0])]);
  const lock = (connection: mysql.Connection, id?: string) =>
    connection.query('SELECT * FROM user_days WHERE user_id = ? FOR UPDATE', [id]);
  try {
    await Promise.all(both.map((connection) => connection.query('START TRANSACTION')));
    await Promise.all(both.map((connection, n) => lock(connection, ids[n])));
    const crossed = await Promise.allSettled(both.map((connection, n) => lock(connection, ids[1 - n])));
    expect(crossed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  } finally {
    for (const connection of both) connection.destroy();
  }
  expect(await lastDeadlock()).not.toBe(before);
});

describe('late events', () => {
  it('change their own day, and the losers of every day from it to today', async () => {
    const dates = datesFrom('2026-10-01', 42);
    const workers = Array.from({ length: 30 }, () => randomUUID());
    const events = historyOf(dates, workers, 15, Math.random);
    for (let n = 0; n < events.length; n += 500) await aggregate.deliver(events.slice(n, n + 500));
    const losersOf = (rows: Awaited<ReturnType<typeof stored>>) => rows.map(({ losers }) => losers);
    const before = await stored();

    const ofNewcomer = fee('2026-10-02', randomUUID(), 2_000); // whom the history does not know, so the loss is certain
    await aggregate.deliver([ofNewcomer]);
    expect(losersOf(await stored())).toEqual(before.map(({ losers }, day) => losers + (day > 0 ? 1 : 0)));

    const late = [
      fee('2026-10-02', workers[0] as string, 2_000),
      ...Array.from({ length: 4 }, () => reward('2026-10-03', workers[1] as string, 4_000)),
    ];
    for (const event of late) await aggregate.deliver([event]);
    const after = await stored();
    expect(after).toEqual(recounted([...events, ofNewcomer, ...late]));
    expect(after[0]).toEqual(before[0]);
  });

  it('that belong to a day without a row begin with the losers of the day before', async () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    const events = [
      fee('2026-10-01', ada),
      fee('2026-10-09', ada),
      fee('2026-10-05', bob),
      payout('2026-10-03', bob, 1),
    ];
    for (const event of events) await aggregate.deliver([event]);
    expect(await stored()).toEqual(recounted(events));
    expect((await stored()).map(({ losers }) => losers)).toEqual([1, 2, 2, 2]);
  });
});

it('facts are never changed: the function’s own user may neither update nor delete them', async () => {
  const [{ grants }] = await analytics.rows(
    "SELECT group_concat(privilege_type) AS grants FROM information_schema.table_privileges WHERE table_schema = database() AND table_name = 'facts' AND grantee LIKE '\\'t\\_%'",
  );
  expect(grants.split(',').sort()).toEqual(['INSERT', 'SELECT']);
});

it('an event that it does not hear is refused', async () => {
  const event = { ...exampleOf(payoutRequestedV1), type: 'billing.payout-blocked.v1' };
  expect((await aggregate.deliver([event])).failed).toMatchObject([{ id: event.id, retryable: false }]);
});
