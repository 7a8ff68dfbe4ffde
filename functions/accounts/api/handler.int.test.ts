import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { Transaction } from '#contracts/rest/accounts';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { exampleOf, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import accountsRecord from '../record/handler.ts';
import accountsApi from './handler.ts';

const accounts = serviceUnderTest('accounts');
const record = accounts.start(accountsRecord);
const { request } = accounts.start(accountsApi);

const worker = person('worker');
const stranger = person('worker');
const today = new Date().toISOString();

beforeAll(async () => {
  const task = (n: number) => ({ taskId: randomUUID(), userId: worker.id, title: `Task ${n}`, jiraId: null });
  const first = task(1);
  await record.deliver([
    exampleOf(taskAssignedV2, { ...first, feeCents: 1_000 }, { time: '2026-01-10T09:00:00.000Z' }),
    exampleOf(
      taskAssignedV2,
      { ...task(2), feeCents: 1_200, title: '=HYPERLINK("x")' },
      { time: '2026-01-11T09:00:00.000Z' },
    ),
    exampleOf(taskClosedV2, { ...first, rewardCents: 2_500, version: 2 }, { time: today }),
    exampleOf(taskAssignedV2, { ...task(3), feeCents: 2_000 }, { time: today }),
    exampleOf(taskAssignedV2, { ...task(4), userId: stranger.id, feeCents: 1_900 }, { time: today }),
  ]);
});

const statement = (query = '', as: Person = worker) => request('GET', `/api/accounts/me/transactions${query}`, { as });

it("an account shows its balance and today's sums without sign", async () => {
  const { status, body } = await request('GET', '/api/accounts/me', { as: worker });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    userId: worker.id,
    balanceCents: -1_700,
    today: { timeZone: 'Europe/Moscow', feesCents: 2_000, rewardsCents: 2_500, payoutsCents: 0 },
  });
});

it('whoever has no entries has an account of zero', async () => {
  const { body } = await request('GET', '/api/accounts/me', { as: person('manager') });
  expect(body).toMatchObject({ balanceCents: 0, today: { feesCents: 0, rewardsCents: 0 } });
});

it('a statement is newest posting first, own rows only, with running balances', async () => {
  const { body } = await statement();
  expect(body.items.map(({ sumCents, balanceCents }: Transaction) => [sumCents, balanceCents])).toEqual([
    [-2_000, -1_700],
    [2_500, 300],
    [-1_200, -2_200],
    [-1_000, -1_000],
  ]);
  expect(body.nextCursor).toBeNull();
  expect((await statement('', stranger)).body.items).toHaveLength(1);
});

it('filters by day and kind, and pages without gap or repeat', async () => {
  expect((await statement('?day=2026-01-11')).body.items).toMatchObject([{ sumCents: -1_200 }]);
  expect((await statement('?kind=reward')).body.items).toMatchObject([{ sumCents: 2_500 }]);
  const first = (await statement('?limit=3')).body;
  const second = (await statement(`?limit=3&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items]).toEqual((await statement()).body.items);
  expect(second.nextCursor).toBeNull();
});

it.each([
  '?day=2026-02-30',
  '?day=yesterday',
  '?kind=bonus',
  '?userId=1',
  '?limit=0',
  '?day=2026-01-10&day=2026-01-11',
])('%s is refused', async (query) => expect((await statement(query)).status).toBe(422));

it('nobody who is not signed in sees anything', async () => {
  for (const path of ['/api/accounts/me', '/api/accounts/me/transactions', '/api/accounts/openapi.json']) {
    expect((await request('GET', path)).status).toBe(401);
  }
});

it('as CSV it holds exactly the filtered rows, and no cell can run as a formula', async () => {
  const csv = (query: string) =>
    request('GET', `/api/accounts/me/transactions${query}`, { as: worker, headers: { accept: 'text/csv' } });
  const { status, headers, body } = await csv('');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  const lines = String(body).trimEnd().split('\r\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^\uFEFFdatetime,businessDate,kind,sum,balance/);
  expect(lines[3]).toContain(`,fee,-12.00,-22.00,,"'=HYPERLINK(""x"")"`);
  expect(
    String((await csv('?kind=reward')).body)
      .trimEnd()
      .split('\r\n'),
  ).toHaveLength(2);
});

const accountant = person('accountant');
const company = (path: string, as: Person = accountant) => request('GET', `/api/accounts${path}`, { as });

it("an accountant sees anybody's account and statement, and they are what the worker sees", async () => {
  expect((await company(`/users/${worker.id}`)).body).toEqual(
    (await request('GET', '/api/accounts/me', { as: worker })).body,
  );
  expect((await company(`/users/${worker.id}/transactions?kind=fee`)).body.items).toEqual(
    (await statement('?kind=fee')).body.items,
  );
  expect((await company(`/users/${randomUUID()}`)).body).toMatchObject({ balanceCents: 0 });
  expect((await company('/users/1')).status).toBe(404);
});

it('one row tells the event and the trace it comes from; somebody else’s is not there for a worker', async () => {
  const [row] = (await statement('?kind=reward')).body.items;
  const own = await request('GET', `/api/accounts/transactions/${row.id}`, { as: worker });
  expect(own.body).toEqual({ ...row, eventId: expect.any(String), traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect((await company(`/transactions/${row.id}`)).body).toEqual(own.body);
  for (const id of [row.id, randomUUID(), '1']) {
    expect((await request('GET', `/api/accounts/transactions/${id}`, { as: stranger })).status).toBe(404);
  }
});

it('the rows of everybody are newest posting first, and the filters lead to the rows behind a figure', async () => {
  const { body } = await company('/transactions');
  expect(body.items.map(({ sumCents }: Transaction) => sumCents)).toEqual([-1_900, -2_000, 2_500, -1_200, -1_000]);
  const rows = async (query: string) => (await company(`/transactions?${query}`)).body.items;
  expect(await rows(`userId=${stranger.id}`)).toMatchObject([{ sumCents: -1_900 }]);
  expect(await rows('day=2026-01-10')).toMatchObject([{ sumCents: -1_000 }]);
  const taskId = body.items[2].taskId;
  expect(await rows(`taskId=${taskId}`)).toMatchObject([{ kind: 'reward' }, { kind: 'fee', sumCents: -1_000 }]);
  expect(await rows(`taskId=${randomUUID()}`)).toEqual([]);
});

it('pages of everybody’s rows have no gap and no repeat, and a cursor belongs to its list', async () => {
  const seen: Transaction[] = [];
  let cursor = '';
  do {
    const { body } = await company(`/transactions?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items);
    cursor = body.nextCursor ?? '';
  } while (cursor);
  expect(seen).toEqual((await company('/transactions')).body.items);
  const { body } = await company('/transactions?limit=1');
  for (const elsewhere of [
    `/transactions?limit=1&kind=fee`,
    `/users/${worker.id}/transactions?limit=1`,
    '/balances?limit=1',
  ]) {
    expect((await company(`${elsewhere}&cursor=${body.nextCursor}`)).status, elsewhere).toBe(422);
  }
});

it('balances are lowest first, and can be asked for below an amount', async () => {
  const balanceOf = async (query: string) =>
    (await company(`/balances${query}`)).body.items.map(({ balanceCents }: { balanceCents: number }) => balanceCents);
  expect(await balanceOf('')).toEqual([-1_900, -1_700]);
  expect(await balanceOf('?below=-1800')).toEqual([-1_900]);
  expect(await balanceOf('?below=-1900')).toEqual([]);
  const first = (await company('/balances?limit=1')).body;
  const second = (await company(`/balances?limit=1&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items]).toEqual((await company('/balances')).body.items);
  for (const wrong of ['?below=1.5', '?below=x', '?below=1e3', '?userId=1'])
    expect((await company(`/balances${wrong}`)).status).toBe(422);
});

it.each(['worker', 'manager'] as const)("a %s sees nobody else's money", async (role) => {
  for (const path of [`/users/${worker.id}`, `/users/${worker.id}/transactions`, '/transactions', '/balances']) {
    expect((await company(path, person(role))).status, path).toBe(403);
  }
});
