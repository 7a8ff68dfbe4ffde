import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { businessCalendar } from '#platform/business-day';
import { CALLER_KEY, exampleOf, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import analyticsAggregate from '../aggregate/handler.ts';
import { datesFrom, fee, payout, recounted, reward } from '../recount.ts';
import analyticsApi from './handler.ts';

const analytics = serviceUnderTest('analytics');
const aggregate = analytics.start(analyticsAggregate);
const { request } = analytics.start(analyticsApi);
const executive = person('executive');
const read = (path: string, as: Person = executive) => request('GET', `/api/analytics${path}`, { as });

const [ada, bob, cyd] = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];
const low = '00000000-0000-4000-8000-000000000001';
const high = 'ffffffff-0000-4000-8000-000000000001';
/** Two weeks in November 2026; the 9th is a Monday. */
const history = [
  fee('2026-11-03', ada, 2_000),
  fee('2026-11-09', ada, 1_000),
  reward('2026-11-09', ada, 4_000, high),
  payout('2026-11-09', ada, 1_000),
  fee('2026-11-11', bob, 1_500),
  fee('2026-11-11', cyd, 1_500),
  reward('2026-11-12', bob, 2_500),
  exampleOf(
    taskClosedV2,
    { taskId: low, userId: cyd, rewardCents: 4_000, title: 'Пересчитать зёрна', jiraId: 'ABC-7' },
    { time: '2026-11-15T09:00:00.000Z' },
  ),
  payout('2026-11-15', cyd, 4_000),
  fee('2026-11-16', bob, 2_000),
];

beforeAll(async () => {
  await aggregate.deliver(history);
});

describe('days', () => {
  it('are all there, oldest first, with totals and those of the period before; the losers stand where nothing happens', async () => {
    const { status, body } = await read('/days?from=2026-11-09&to=2026-11-15');
    expect(status).toBe(200);
    expect(body.items.map(({ date }: { date: string }) => date)).toEqual(datesFrom('2026-11-09', 7));
    const expected = recounted(history);
    for (const item of body.items) {
      const row = expected.find(({ date }) => date === item.date);
      const before = expected.findLast(({ date }) => date <= item.date);
      expect(item).toMatchObject({
        profitCents: row?.profit ?? 0,
        feesCents: row?.fees ?? 0,
        rewardsCents: row?.rewards ?? 0,
        losers: before?.losers ?? 0,
      });
      expect(item.topTask?.taskId ?? null).toBe(row?.task_top_id ?? null);
    }
    expect(body.totals).toEqual({ profitCents: -6_500, feesCents: 4_000, rewardsCents: 10_500 });
    expect(body.before).toEqual({
      from: '2026-11-02',
      to: '2026-11-08',
      totals: { profitCents: 2_000, feesCents: 2_000, rewardsCents: 0 },
    });
  });

  it('before anything happened are zeros', async () => {
    const { body } = await read('/days?from=2020-01-01&to=2020-01-02');
    const nothing = { profitCents: 0, feesCents: 0, rewardsCents: 0 };
    expect(body.items[0]).toEqual({ date: '2020-01-01', ...nothing, losers: 0, topTask: null });
    expect(body).toMatchObject({ totals: nothing, before: { from: '2019-12-30', to: '2019-12-31', totals: nothing } });
  });

  it('are the last thirty up to today unless told otherwise', async () => {
    const today = businessCalendar({ timeZone: 'Europe/Moscow', dayLengthMs: null, dayStart: null }).dateOf(new Date());
    const { body } = await read('/days');
    expect(body.items).toHaveLength(30);
    expect(body.items.at(-1).date).toBe(today);
    expect(body.timeZone).toBe('Europe/Moscow');
  });

  it('name the dearest task with its title and Jira id', async () => {
    const { body } = await read('/days?from=2026-11-15&to=2026-11-15');
    expect(body.items[0].topTask).toEqual({
      ...{ taskId: low, title: 'Пересчитать зёрна', jiraId: 'ABC-7', rewardCents: 4_000, userId: cyd },
    });
  });

  it.each([
    '?from=2026-11-16&to=2026-11-15',
    '?from=2025-01-01&to=2026-02-05',
    '?from=2026-02-30',
    '?day=2026-11-15',
    '?limit=5',
    '?from=2026-11-15&from=2026-11-16',
  ])('%s is refused', async (query) => expect((await read(`/days${query}`)).status).toBe(422));

  it('that have not changed are told by their tag', async () => {
    const path = '/api/analytics/days?from=2026-11-09&to=2026-11-15';
    const { headers } = await request('GET', path, { as: executive });
    const again = await request('GET', path, {
      as: executive,
      headers: { 'if-none-match': String(headers.etag) },
    });
    expect(again.status).toBe(304);
  });
});

describe('the dearest task', () => {
  it.each([
    ['day', '2026-11-12', ['2026-11-12', '2026-11-12', 1], 2_500],
    ['day', '2026-11-13', ['2026-11-13', '2026-11-13', 1], null],
    ['week', '2026-11-12', ['2026-11-09', '2026-11-15', 7], 4_000],
    ['week', '2026-11-15', ['2026-11-09', '2026-11-15', 7], 4_000],
    ['week', '2026-11-16', ['2026-11-16', '2026-11-22', 7], null],
    ['month', '2026-11-30', ['2026-11-01', '2026-11-30', 30], 4_000],
    ['month', '2026-10-31', ['2026-10-01', '2026-10-31', 31], null],
  ])('of the %s of %s', async (period, on, [from, to, count], cents) => {
    const { status, body } = await read(`/top-task?period=${period}&on=${on}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ period, from, to });
    expect(body.days).toHaveLength(Number(count));
    expect(body.topTask?.rewardCents ?? null).toBe(cents);
  });

  it('of a tie is the lower task id, also when it was closed later; each day has its own', async () => {
    const { body } = await read('/top-task?period=week&on=2026-11-10');
    expect(body.topTask).toMatchObject({ taskId: low, userId: cyd });
    expect(body.days.map(({ topTask }: { topTask: { rewardCents: number } | null }) => topTask?.rewardCents)).toEqual([
      ...[4_000, undefined, undefined, 2_500, undefined, undefined, 4_000],
    ]);
  });

  it('is of today unless told otherwise', async () => {
    const { body } = await read('/top-task');
    expect(body).toMatchObject({ period: 'day', topTask: null });
    expect(body.from).toBe(body.to);
  });

  it.each(['?period=year', '?on=2026-02-30', '?on=today', '?from=2026-11-01'])('%s is refused', async (query) =>
    expect((await read(`/top-task${query}`)).status).toBe(422),
  );
});

describe('the dearest tasks of a day', () => {
  const on = '2026-10-07';
  const dan = `${'d'.repeat(8)}-0000-4000-8000-000000000000`;
  const id = (n: number) => `${n}0000000-0000-4000-8000-000000000001`;

  it('are up to five, highest reward first, of a tie the lower task id; only of that day, and only closings', async () => {
    await aggregate.deliver([
      ...[2_500, 4_000, 2_100, 4_000, 3_000, 2_000].map((cents, n) => reward(on, dan, cents, id(n + 1))),
      fee(on, dan, 2_000),
      reward('2026-10-08', dan, 4_000),
    ]);
    const idsOf = async (query: string) =>
      (await read(`/top-tasks?on=${on}${query}`)).body.items.map(({ taskId }: { taskId: string }) => taskId);
    expect(await idsOf('')).toEqual([2, 4, 5, 1, 3].map(id));
    expect(await idsOf('&limit=2')).toEqual([2, 4].map(id));
    expect((await read(`/top-tasks?on=${on}&limit=1`)).body).toMatchObject({
      date: on,
      items: [{ taskId: id(2), rewardCents: 4_000, userId: dan, title: expect.any(String) }],
    });
    const [dearest] = await idsOf('');
    expect(dearest).toBe((await read(`/top-task?period=day&on=${on}`)).body.topTask.taskId);
  });

  it('are none where none was closed, and of today unless told otherwise', async () => {
    expect((await read('/top-tasks?on=2020-01-01')).body).toEqual({ date: '2020-01-01', items: [] });
    expect((await read('/top-tasks')).body.date).toBe((await read('/top-task')).body.from);
  });

  it.each(['?limit=0', '?limit=6', '?on=2026-02-30', '?period=day'])('%s is refused', async (query) =>
    expect((await read(`/top-tasks${query}`)).status).toBe(422),
  );
});

describe('losers', () => {
  it('are deepest first, of a tie the lower id first, as of the end of the day', async () => {
    const losersOn = async (on: string) => {
      const { body } = await read(`/losers?on=${on}`);
      expect(body.date).toBe(on);
      return body.items.map(({ userId, balanceCents }: { userId: string; balanceCents: number }) => [
        userId,
        balanceCents,
      ]);
    };
    expect(await losersOn('2026-11-02')).toEqual([]);
    expect(await losersOn('2026-11-03')).toEqual([[ada, -2_000]]);
    expect(await losersOn('2026-11-09')).toEqual([]); // a balance of zero is no loss
    expect(await losersOn('2026-11-11')).toEqual([
      [bob, -1_500],
      [cyd, -1_500],
    ]);
    expect(await losersOn('2026-11-15')).toEqual([[cyd, -1_500]]);
    expect(await losersOn('2099-01-01')).toEqual([
      [cyd, -1_500],
      [bob, -1_000],
    ]);
    for (const { date, losers } of recounted(history)) expect(await losersOn(date)).toHaveLength(losers);
  });

  it('page without gap or repeat, and a cursor belongs to its day', async () => {
    const first = (await read('/losers?on=2026-11-11&limit=1')).body;
    const second = (await read(`/losers?on=2026-11-11&limit=1&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items]).toEqual((await read('/losers?on=2026-11-11')).body.items);
    expect(second.nextCursor).toBeNull();
    expect((await read(`/losers?on=2026-11-12&limit=1&cursor=${first.nextCursor}`)).status).toBe(422);
  });

  it.each(['?on=2026-02-30', '?limit=0', '?limit=201', '?cursor=x', '?day=2026-11-11'])(
    '%s is refused',
    async (query) => expect((await read(`/losers${query}`)).status).toBe(422),
  );
});

const ROUTES = ['/days', '/top-task', '/top-tasks', '/losers'];

it.each(['worker', 'manager', 'accountant'] as const)('a %s sees none of it', async (role) => {
  for (const route of ROUTES) expect((await read(route, person(role))).status, route).toBe(403);
});

it('an admin and a service see it, nobody who is not signed in does', async () => {
  for (const route of ROUTES) {
    expect((await read(route, person('admin'))).status, route).toBe(200);
    const byService = await request('GET', `/api/analytics${route}`, { headers: { 'x-ates-caller-key': CALLER_KEY } });
    expect(byService.status, route).toBe(200);
    expect((await request('GET', `/api/analytics${route}`)).status, route).toBe(401);
  }
  expect((await read('/openapi.json', person('worker'))).body.openapi).toBe('3.1.0');
});

it('what is heard is seen at once', async () => {
  const on = '2026-12-01';
  await aggregate.deliver([fee(on, randomUUID(), 1_100)]);
  const { body } = await read(`/days?from=${on}&to=${on}`);
  expect(body.items).toMatchObject([{ profitCents: 1_100, losers: 3 }]);
});
