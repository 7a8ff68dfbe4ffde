import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { CALLER_KEY, exampleOf, person, serviceUnderTest } from '#platform/testing/service-under-test';
import accountsApi from '../api/handler.ts';
import accountsRecord from '../record/handler.ts';
import accountsCloseDay from './handler.ts';

/** Business days of an hour: the fourth of them is today. */
const HOUR_MS = 3_600_000;
const dayStart = new Date(Date.now() - 3.5 * HOUR_MS);
const short = () => ({ ATES_DAY_LENGTH: '1h', ATES_DAY_START: dayStart.toISOString() });
const [first, second, third, today] = ['2000-01-01', '2000-01-02', '2000-01-03', '2000-01-04'] as const;
/** An instant of a business day, so many minutes after its beginning. */
const at = (date: string, minutes: number) =>
  new Date(dayStart.getTime() + (Number(date.slice(-2)) - 1) * HOUR_MS + minutes * 60_000).toISOString();

const accounts = serviceUnderTest('accounts');
const record = accounts.start(accountsRecord, short);
const close = accounts.start(accountsCloseDay, () => ({ ...short(), ATES_DEMO: 'on' }));
const api = accounts.start(accountsApi, short);
const accountant = person('accountant');

const charged = (userId: string, time: string, feeCents = 1_000) =>
  exampleOf(taskAssignedV2, { taskId: randomUUID(), userId, feeCents }, { time });
const earned = (userId: string, time: string, rewardCents = 2_000) =>
  exampleOf(taskClosedV2, { taskId: randomUUID(), userId, rewardCents, version: 2 }, { time });

const press = (date: string, body: object = {}) =>
  close.request('POST', `/api/accounts/days/${date}/close`, { as: accountant, body });
const poke = () => close.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });
const dayOf = async (date: string) => (await api.request('GET', `/api/accounts/days/${date}`, { as: accountant })).body;
const closed = (date: string) => expect.poll(async () => (await dayOf(date)).state, { timeout: 15_000 }).toBe('closed');
const payoutsOf = (userId: string) =>
  accounts.rows(
    "SELECT business_date, sum, datetime FROM transactions WHERE user_id = ? AND kind = 'payout' ORDER BY seq",
    [userId],
  );
const balanceOf = async (userId: string) =>
  (await accounts.rows('SELECT balance FROM accounts WHERE user_id = ?', [userId]))[0]?.balance;

beforeEach(async () => {
  await close.restart(); // the paying of the test before is over
  for (const table of ['days', 'transactions', 'accounts', 'day_totals', 'outbox'])
    await accounts.rows(`DELETE FROM ${table}`);
});
afterEach(() => void vi.useRealTimers());

describe('the command', () => {
  keepsTheCommandPromises(
    close,
    {
      method: 'POST',
      path: async () => {
        await close.restart();
        await accounts.rows('DELETE FROM days');
        await record.deliver([charged(randomUUID(), at(third, 5))]);
        return `/api/accounts/days/${third}/close`;
      },
      body: { early: false },
      otherBody: { early: true },
      as: accountant,
    },
    async () => (await accounts.rows('SELECT count(*) AS n FROM days'))[0].n,
  );

  it('pays every positive balance of before the cut-off whole, tells of each, and carries debts over', async () => {
    const [rich, poor, even] = [randomUUID(), randomUUID(), randomUUID()];
    await record.deliver([
      ...[earned(rich, at(third, 1), 4_000), charged(rich, at(third, 2), 1_500), earned(rich, at(today, 1), 3_000)],
      ...[charged(poor, at(third, 3), 2_000), earned(even, at(third, 4), 2_000), charged(even, at(third, 5), 2_000)],
    ]);
    const { status, body } = await press(third);
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: 'closing', cutOff: at(today, 0), early: false, closedBy: accountant.id });
    await closed(third);

    expect(await dayOf(third)).toMatchObject({
      accounts: { total: 3, done: 3 },
      payouts: { count: 1, totalCents: 2_500 },
    });
    expect(await payoutsOf(rich)).toMatchObject([{ business_date: third, sum: -2_500 }]);
    expect([await balanceOf(rich), await balanceOf(poor), await balanceOf(even)]).toEqual([3_000, -2_000, 0]);
    const told = await accounts.rows('SELECT envelope FROM outbox');
    expect(told.map(({ envelope }) => JSON.parse(envelope))).toMatchObject([
      {
        type: 'accounts.payout-requested.v1',
        data: { userId: rich, amountCents: 2_500, businessDate: third },
      },
    ]);
  });

  it('at an instant of a demonstration it is paid at that instant, and no day that has ended since is closed with it', async () => {
    const worker = randomUUID();
    await record.deliver([earned(worker, at(first, 1)), earned(worker, at(second, 1))]);
    const headers = { 'x-ates-now': at(second, 0), 'x-ates-caller-key': CALLER_KEY };
    await close.request('POST', `/api/accounts/days/${first}/close`, { as: accountant, body: {}, headers });
    await closed(first);
    expect((await payoutsOf(worker)).map(({ sum }) => sum)).toEqual([-2_000]);
    const [{ finished_at: finishedAt }] = await accounts.rows('SELECT finished_at FROM days');
    expect(new Date(`${finishedAt}Z`).toISOString()).toBe(at(second, 0));
    expect((await dayOf(second)).state).toBe('open');
    await poke();
    await closed(third); // the timer's own now
  });

  it('closes earlier open days first, each with its own cut-off and payout', async () => {
    const worker = randomUUID();
    await record.deliver([earned(worker, at(first, 1)), charged(worker, at(second, 1)), earned(worker, at(third, 1))]);
    expect((await press(third)).status).toBe(202);
    await closed(third);
    const paid = await payoutsOf(worker);
    expect(paid.map(({ business_date, sum }) => [business_date, sum])).toEqual([
      [first, -2_000],
      [third, -1_000],
    ]);
    expect((await dayOf(second)).payouts).toEqual({ count: 0, totalCents: 0 });
    expect(await balanceOf(worker)).toBe(0);
  });

  it('what an open day says that it would pay, and which debts it would leave, is what its closing does', async () => {
    const [paidBefore, poor, rich, poorToday] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await record.deliver([
      // Paid 2,000 for the first day, they owe what they lose afterwards, and earn half of it back.
      ...[earned(paidBefore, at(first, 1)), charged(paidBefore, at(second, 1)), charged(paidBefore, at(second, 2))],
      ...[charged(paidBefore, at(second, 3)), earned(paidBefore, at(third, 1))],
      ...[charged(poor, at(third, 1), 1_700), earned(rich, at(third, 2), 4_000), charged(poorToday, at(today, 1))],
    ]);
    const foretold = await dayOf(third);
    expect(foretold).toMatchObject({
      payouts: { count: 1, totalCents: 4_000 },
      debts: { count: 2, cents: -2_700 },
    });
    expect((await dayOf(today)).debts).toEqual({ count: 3, cents: -3_700 });

    await press(third);
    await closed(third);
    const after = await dayOf(third);
    expect(after.payouts).toEqual(foretold.payouts);
    expect(after).not.toHaveProperty('debts'); // of a closed day the accounts themselves tell
    const left = await Promise.all([paidBefore, poor, rich].map(balanceOf));
    expect(left).toEqual([-1_000, -1_700, 0]);
  });

  it('before anything has happened, today would pay nothing and leave no debt', async () => {
    expect(await dayOf(today)).toMatchObject({ payouts: { count: 0, totalCents: 0 }, debts: { count: 0, cents: 0 } });
  });

  it('closed early, a day pays what it has brought so far; what comes later on it is paid with the next', async () => {
    const worker = randomUUID();
    await record.deliver([earned(worker, at(third, 1)), earned(worker, at(today, 1), 3_000)]);
    expect((await press(today)).body.type).toBe('/problems/day-not-ended');
    expect((await press(today, { early: true })).body).toMatchObject({ early: true, state: 'closing' });
    await closed(today);
    const { cutOff } = await dayOf(today);
    expect((await press(today, { early: true })).status).toBe(200);
    expect((await dayOf(today)).cutOff).toBe(cutOff);
    const later = new Date(Date.parse(cutOff) + 1).toISOString();
    await record.deliver([earned(worker, later, 4_000), earned(worker, cutOff, 2_500)]);
    expect(await balanceOf(worker)).toBe(6_500);
    expect((await payoutsOf(worker)).map(({ sum }) => sum)).toEqual([-2_000, -3_000]);
  });

  it.each([
    ['2000-01-05', 409, '/problems/day-in-future'],
    [first, 404, '/problems/not-found'], // before the first movement
    ['2000-02-30', 404, '/problems/not-found'],
    ['today', 404, '/problems/not-found'],
  ])('%s is refused with %i, and nothing is closed', async (date, status, type) => {
    await record.deliver([charged(randomUUID(), at(third, 5))]);
    expect(await press(date, { early: true })).toMatchObject({ status, body: { type } });
    expect(await accounts.rows('SELECT date FROM days')).toEqual([]);
  });

  it('four at once close a day once and pay once; a closed day is told as it is', async () => {
    const workers = Array.from({ length: 20 }, () => randomUUID());
    await record.deliver(workers.map((worker) => earned(worker, at(third, 1))));
    const answers = await Promise.all(Array.from({ length: 4 }, () => press(third)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    await closed(third);
    expect(await press(third)).toMatchObject({ status: 200, body: { state: 'closed', payouts: { count: 20 } } });
    for (const worker of workers) expect(await payoutsOf(worker)).toHaveLength(1);
  });
});

describe('the timer', () => {
  it('closes every day that was missed, in order, and nothing of today', async () => {
    const worker = randomUUID();
    await record.deliver([earned(worker, at(first, 1)), earned(worker, at(today, 1))]);
    await poke();
    await closed(third);
    const rows = await accounts.rows('SELECT date, early, closed_by FROM days ORDER BY date');
    expect(rows.map(({ date, early, closed_by }) => [date, early, closed_by])).toEqual([
      [first, 0, null],
      [second, 0, null],
      [third, 0, null],
    ]);
    expect((await payoutsOf(worker)).map(({ sum }) => sum)).toEqual([-2_000]);
    await poke();
    await close.restart();
    expect(await accounts.rows('SELECT date FROM days')).toHaveLength(3);
  });

  it('goes on with a closing whose process died, from where it was: nobody is paid twice, nobody is left out', async () => {
    const workers = Array.from({ length: 1_300 }, () => randomUUID()).sort();
    for (let n = 0; n < workers.length; n += 500)
      await record.deliver(workers.slice(n, n + 500).map((worker) => earned(worker, at(third, 1))));
    const poked = [poke(), poke(), poke()];
    await Promise.all(poked);
    await closed(third);
    await close.restart();
    // The day as it stood after its first chunk, had the process died then.
    const half = workers[499] as string;
    await accounts.rows(
      "UPDATE days SET state = 'closing', cursor_user_id = ?, accounts_done = 500, payouts_count = 500, payouts_total = 1000000, finished_at = NULL",
      [half],
    );
    await accounts.rows("DELETE FROM transactions WHERE kind = 'payout' AND user_id > ?", [half]);
    await accounts.rows('UPDATE accounts SET seq = 1, balance = 2000 WHERE user_id > ?', [half]);
    await poke();
    await closed(third);
    expect(await dayOf(third)).toMatchObject({
      accounts: { total: 1_300, done: 1_300 },
      payouts: { count: 1_300, totalCents: 2_600_000 },
    });
    const wrong = await accounts.rows(
      "SELECT user_id FROM transactions GROUP BY user_id HAVING sum(sum) <> 0 OR sum(kind = 'payout') <> 1",
    );
    expect(wrong).toEqual([]);
  });

  it('closes nothing while the two clocks disagree', async () => {
    await record.deliver([earned(randomUUID(), at(third, 1))]);
    vi.useFakeTimers({ now: Date.now() + 120_000, toFake: ['Date'] });
    await poke();
    expect(await press(third)).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    await close.restart(); // what was poked has ended
    expect(await accounts.rows('SELECT date FROM days')).toEqual([]);
  });
});

it('an event of a closed day that arrives late belongs to its day and is paid with the next', async () => {
  const worker = randomUUID();
  await record.deliver([earned(worker, at(second, 1))]);
  await press(second);
  await closed(second);
  await closed(third); // its end is past too
  await record.deliver([earned(worker, at(second, 2), 3_000), charged(worker, at(today, 2))]);
  await press(today, { early: true });
  await closed(today);
  expect((await payoutsOf(worker)).map(({ business_date, sum }) => [business_date, sum])).toEqual([
    [second, -2_000],
    [today, -2_000],
  ]);
  const { body } = await api.request('GET', `/api/accounts/summary?from=${first}&to=${today}`, { as: accountant });
  const line = { feesCents: 0, rewardsCents: 0, profitCents: 0, payoutsCount: 0, payoutsCents: 0, state: 'closed' };
  const paid = { payoutsCents: 2_000, payoutsCount: 1 };
  expect(body.items).toEqual([
    { ...line, date: first, state: 'open' },
    { ...line, ...paid, date: second, rewardsCents: 5_000, profitCents: -5_000 },
    { ...line, date: third },
    { ...line, ...paid, date: today, feesCents: 1_000, profitCents: 1_000 },
  ]);
  expect(body.totals).toEqual({
    feesCents: 1_000,
    rewardsCents: 5_000,
    profitCents: -4_000,
    payoutsCents: 4_000,
    payoutsCount: 2,
  });
});

it('an open day tells what closing it would pay, and then that is what is paid', async () => {
  const workers = Array.from({ length: 6 }, () => randomUUID());
  const draw = fc.sample(
    fc.record({
      worker: fc.nat(5),
      day: fc.constantFrom(first, second, third, today),
      up: fc.boolean(),
      minute: fc.nat(20),
    }),
    { numRuns: 120, seed: 7 },
  );
  await record.deliver(
    draw.map(({ worker, day, up, minute }) => (up ? earned : charged)(workers[worker] as string, at(day, minute))),
  );
  const foretold = await Promise.all([first, second, third].map(dayOf));
  await press(third);
  await closed(third);
  for (const [n, date] of [first, second, third].entries()) {
    expect((await dayOf(date)).payouts, date).toEqual(foretold[n].payouts);
  }
  const open = await dayOf(today);
  expect(open).toMatchObject({ state: 'open', cutOff: null, accounts: { total: 6, done: 0 } });
  await press(today, { early: true });
  await closed(today);
  expect((await dayOf(today)).payouts).toEqual(open.payouts);
});

it('whatever is recorded while days are closed, each payout is the balance of before its cut-off, and nobody is left out', async () => {
  const workers = Array.from({ length: 40 }, () => randomUUID());
  const facts = fc.record({
    worker: fc.nat(39),
    day: fc.constantFrom(first, second, third, today),
    up: fc.boolean(),
    minute: fc.nat(29),
  });
  const batches = fc.sample(fc.array(facts, { minLength: 5, maxLength: 60, size: 'max' }), { numRuns: 24, seed: 11 });
  const deliver = (batch: (typeof batches)[number]) =>
    record.deliver(
      batch.map(({ worker, day, up, minute }) => (up ? earned : charged)(workers[worker] as string, at(day, minute))),
    );
  // Nobody's account begins during the closing: that one may be paid or not.
  await record.deliver(workers.map((worker) => charged(worker, at(first, 0))));
  await Promise.all(batches.slice(0, 12).map(deliver));
  const recording = batches.slice(12).map(deliver);
  await Promise.all([...recording, press(first), press(third), press(today, { early: true }), poke()]);
  await closed(today);

  const rows = await accounts.rows(
    'SELECT user_id, seq, posting, kind, sum, balance, datetime, business_date FROM transactions ORDER BY user_id, seq',
  );
  const cutOffs = new Map(
    (await accounts.rows('SELECT date, cut_off FROM days')).map(({ date, cut_off }) => [date, cut_off]),
  );
  expect([...cutOffs.keys()].sort()).toEqual([first, second, third, today]);
  for (const [, own = []] of Map.groupBy(rows, ({ user_id }) => user_id)) {
    let balance = 0;
    for (const [n, row] of own.entries()) {
      balance += row.sum;
      expect(row).toMatchObject({ seq: n + 1, balance });
      if (row.kind !== 'payout') continue;
      const cutOff = cutOffs.get(row.business_date);
      const before = own.slice(0, n).filter(({ datetime }) => datetime < cutOff);
      expect(-row.sum).toBe(before.reduce((sum, { sum: cents }) => sum + cents, 0));
      expect(row.datetime).toBe(cutOff);
    }
  }
  // Nobody was left out: who had a positive balance from before a day's first payout was posted, and kept it, was paid.
  let owedTo = 0;
  for (const [date, cutOff] of cutOffs) {
    const payouts = rows.filter(({ kind, business_date }) => kind === 'payout' && business_date === date);
    const begun = Math.min(...payouts.map(({ posting }) => posting));
    for (const [userId, own = []] of Map.groupBy(rows, ({ user_id }) => user_id)) {
      let [balance, least] = [0, 0];
      for (const row of own.filter(({ datetime }) => datetime < cutOff)) {
        balance += row.sum;
        least = row.posting < begun ? balance : Math.min(least, balance);
      }
      if (least <= 0) continue;
      owedTo += 1;
      expect(
        payouts.map(({ user_id }) => user_id),
        date,
      ).toContain(userId);
    }
  }
  expect(owedTo).toBeGreaterThan(0);
});

it('movements from before the first day that was closed: their day is closed too, and the next one pays them', async () => {
  await record.deliver([earned(randomUUID(), at(second, 1))]);
  await press(third);
  await closed(third);
  const late = randomUUID();
  await record.deliver([earned(late, at(first, 1), 3_000)]);

  expect(await dayOf(first)).toMatchObject({ state: 'closed', payouts: { count: 0, totalCents: 0 } });
  expect(await press(first)).toMatchObject({ status: 200, body: { date: first, state: 'closed' } });
  const { body } = await api.request('GET', `/api/accounts/summary?from=${first}&to=${today}`, { as: accountant });
  expect(body.items.map(({ state }: { state: string }) => state)).toEqual(['closed', 'closed', 'closed', 'open']);
  expect(await payoutsOf(late)).toEqual([]);

  await press(today, { early: true });
  await closed(today);
  expect(await payoutsOf(late)).toMatchObject([{ business_date: today, sum: -3_000 }]);
});

it('a day that nobody closes is told by the metrics, by every process, also when nothing pokes it', async () => {
  const overdue = async () => Number(/^ates_day_overdue_seconds (.*)$/m.exec(await close.handler.metrics())?.[1]);
  expect(await overdue()).toBe(0);
  await record.deliver([earned(randomUUID(), at(second, 1))]);
  expect(Math.round((await overdue()) / 1_800)).toBe(3); // the second day ended an hour and a half ago
  await press(third);
  await closed(third);
  expect(await overdue()).toBe(0);
});
