import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Reconciliation } from '#contracts/rest/accounts';
import type { TaskFact, TaskFactTotals } from '#contracts/rest/tasks';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { CALLER_KEY, exampleOf, person, serviceUnderTest } from '#platform/testing/service-under-test';
import accountsCloseDay from '../close-day/handler.ts';
import accountsRecord from '../record/handler.ts';
import accountsApi from './handler.ts';

/** Stands in for the other services: each path answers what a test has put there, to whoever has the caller key. */
const books = { facts: [] as TaskFact[], payouts: [] as object[], mails: [] as object[], day: {} as object, away: '' };
/** As Tasks adds them up. */
function factTotals(): TaskFactTotals['items'] {
  const signed = ({ kind, cents }: TaskFact) => (kind === 'fee' ? -cents : cents);
  return [...Map.groupBy(books.facts, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    count: own.length,
    cents: own.reduce((sum, fact) => sum + signed(fact), 0),
    checksum: own.reduce(
      (sum, fact) =>
        sum +
        createHash('sha256')
          .update(`${fact.taskId} ${fact.version} ${signed(fact)}`)
          .digest()
          .readUInt32BE(),
      0,
    ),
    lastAt: own
      .map(({ at }) => at)
      .sort()
      .at(-1) as string,
  }));
}
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://neighbour');
  if (request.headers['x-ates-caller-key'] !== CALLER_KEY || pathname === books.away)
    return void response.writeHead(503).end();
  const list = (items: object[]) => {
    const from = Number(searchParams.get('cursor') ?? 0); // two at a time, so that pages are followed
    const nextCursor = from + 2 < items.length ? String(from + 2) : null;
    return { items: items.slice(from, from + 2), nextCursor };
  };
  const timeZone = 'Europe/Moscow';
  const totals = { profitCents: 0, feesCents: 0, rewardsCents: 0 };
  const answers: Record<string, () => object> = {
    '/api/tasks/facts': () => list(books.facts.filter(({ userId }) => searchParams.get('users')?.includes(userId))),
    '/api/tasks/facts/totals': () => list(factTotals()),
    '/api/billing/payouts': () => list(books.payouts),
    '/api/mailer/mails': () => ({ timeZone, ...list(books.mails) }),
    '/api/analytics/days': () => ({ timeZone, items: [books.day], totals, before: { from: DAY, to: DAY, totals } }),
  };
  response.end(JSON.stringify(answers[pathname]?.() ?? {}));
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());
const env = () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ATES_URL_TASKS_API: url, ATES_URL_BILLING_API: url, ATES_URL_MAILER_API: url, ATES_URL_ANALYTICS_API: url };
};

const DAY = '2026-03-02';
const accounts = serviceUnderTest('accounts');
const record = accounts.start(accountsRecord);
const close = accounts.start(accountsCloseDay);
const api = accounts.start(accountsApi, env);
const accountant = person('accountant');
const worker = randomUUID();
const task = randomUUID();
const at = (time: string) => `${DAY}T${time}.000Z`;

const ask = () => api.request('GET', `/api/accounts/reconciliation?day=${DAY}`, { as: accountant });
const failed = ({ checks }: Reconciliation) => checks.filter(({ ok }) => !ok).map(({ name }) => name);
const checkOf = ({ checks }: Reconciliation, wanted: string) => checks.find(({ name }) => name === wanted);

/** A day with one task, given and closed, that was paid and told of: all books agree. */
beforeEach(async () => {
  await close.restart();
  for (const table of ['days', 'transactions', 'accounts', 'day_totals', 'outbox', 'inbox'])
    await accounts.rows(`DELETE FROM ${table}`);
  await record.deliver([
    exampleOf(taskAssignedV2, { taskId: task, userId: worker, feeCents: 1_000, version: 1 }, { time: at('09:00:00') }),
    exampleOf(taskClosedV2, { taskId: task, userId: worker, rewardCents: 4_000, version: 2 }, { time: at('10:00:00') }),
  ]);
  await close.request('POST', `/api/accounts/days/${DAY}/close`, { as: accountant, body: {} });
  const dayOf = async () => (await accounts.rows('SELECT state FROM days WHERE date = ?', [DAY]))[0]?.state;
  await expect.poll(dayOf, { timeout: 10_000 }).toBe('closed');
  await close.restart(); // it would go on with the days after this one, and pay out what a test plants
  // As if it had been closed a while ago: nothing is under way any more.
  await accounts.rows('UPDATE days SET finished_at = finished_at - INTERVAL 1 HOUR');
  const [{ payout_id: id }] = await accounts.rows("SELECT payout_id FROM transactions WHERE kind = 'payout'");
  const common = { userId: worker, attempts: 1, createdAt: at('22:00:00') };
  books.away = '';
  books.facts = [
    { kind: 'fee', taskId: task, version: 1, userId: worker, cents: 1_000, at: at('09:00:00') },
    { kind: 'reward', taskId: task, version: 2, userId: worker, cents: 4_000, at: at('10:00:00') },
  ];
  books.payouts = [
    {
      ...common,
      id,
      amountCents: 3_000,
      businessDate: DAY,
      state: 'paid',
      reason: null,
      cardLast4: '4242',
      paidAt: at('22:00:01'),
    },
  ];
  const letter = { ...common, kind: 'payout', payoutId: id, email: 'a@b.example', subject: 'S', message: 'M' };
  books.mails = [
    { ...letter, id: randomUUID(), status: 'sent', sentAt: at('22:00:02'), copyOf: null },
    { ...letter, id: randomUUID(), status: 'sent', sentAt: at('22:00:02'), copyOf: randomUUID() },
    { ...letter, id: randomUUID(), kind: 'payout-blocked', status: 'sent', sentAt: at('22:00:02'), copyOf: null },
  ];
  const topTask = { taskId: task, title: 'T', jiraId: null, rewardCents: 4_000, userId: worker };
  books.day = { date: DAY, profitCents: -3_000, feesCents: 1_000, rewardsCents: 4_000, losers: 0, topTask };
});

it('books that agree are all green', async () => {
  const { body } = await ask();
  expect(failed(body)).toEqual([]);
  expect(body).toMatchObject({ date: DAY, ok: true, settled: true });
  expect(checkOf(body, 'payouts')).toMatchObject({ expected: 3_000, actual: 3_000 });
  expect(checkOf(body, 'letters')).toMatchObject({ expected: 1, actual: 1 });
  expect(checkOf(body, 'events')).toMatchObject({ expected: 3_000, actual: 3_000 });
});

it.each<[string, () => unknown, string]>([
  ['an event that was not recorded', () => books.facts.push({ ...(books.facts[0] as TaskFact), version: 3 }), 'events'],
  ['a posting that nobody told of', () => books.facts.pop(), 'events'],
  ['another amount', () => Object.assign(books.facts[0] as object, { cents: 1_100 }), 'events'],
  [
    'two amounts that make up for each other',
    () => Object.assign(books, { facts: books.facts.map((fact) => ({ ...fact, cents: fact.cents + 100 })) }),
    'events',
  ],
  ['another worker', () => Object.assign(books.facts[0] as object, { userId: randomUUID() }), 'events'],
  ['a payout that Billing does not have', () => books.payouts.pop(), 'payouts'],
  ['a payout that nobody asked for', () => books.payouts.push({ ...books.payouts[0], id: randomUUID() }), 'payouts'],
  ['a payout of a cent more', () => Object.assign(books.payouts[0] as object, { amountCents: 3_001 }), 'payouts'],
  ['a letter that was not written', () => books.mails.shift(), 'letters'],
  ['a letter that was written twice', () => books.mails.push({ ...books.mails[0], id: randomUUID() }), 'letters'],
  ['a figure of Analytics that is off', () => Object.assign(books.day, { losers: 1 }), 'analytics'],
  ['another dearest task', () => Object.assign(books.day, { topTask: null }), 'analytics'],
  ['a balance that was changed', () => accounts.rows('UPDATE accounts SET balance = balance + 1'), 'balances'],
  ['a balance that is gone', () => accounts.rows('DELETE FROM accounts'), 'balances'],
  [
    'a running balance that does not follow from the row before',
    () => accounts.rows('UPDATE transactions SET balance = balance + 1 WHERE seq = 1'),
    'balances',
  ],
  [
    'a running balance at the end',
    () => accounts.rows("UPDATE transactions SET balance = balance + 1 WHERE kind = 'payout'"),
    'balances',
  ],
  [
    'a counter-account that was changed',
    () => accounts.rows("UPDATE day_totals SET sum = 0 WHERE kind = 'fee'"),
    'double-entry',
  ],
])('%s is found, by its check alone', async (_, plant, name) => {
  await plant();
  const { body } = await ask();
  expect(failed(body)).toEqual([name]);
  expect(checkOf(body, name)?.differences.length).toBeGreaterThan(0);
  expect(body).toMatchObject({ ok: false, settled: true });
});

it('a difference of just now is not settled yet', async () => {
  books.facts.push({ ...(books.facts[0] as TaskFact), version: 3, at: new Date().toISOString() });
  expect((await ask()).body).toMatchObject({ ok: false, settled: false });
});

it('while a book cannot be read nothing is claimed', async () => {
  for (const away of ['/api/tasks/facts/totals', '/api/billing/payouts', '/api/mailer/mails', '/api/analytics/days']) {
    books.away = away;
    expect(await ask(), away).toMatchObject({ status: 503, body: { type: '/problems/temporarily-unavailable' } });
  }
});

it('a day that has not begun is refused', async () => {
  const { status } = await api.request('GET', '/api/accounts/reconciliation?day=2999-01-01', { as: accountant });
  expect(status).toBe(422);
});
