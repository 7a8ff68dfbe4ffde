import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { startRuntime } from '#platform/function-runtime';
import { exampleOf, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import billingApi from '../api/handler.ts';
import { type Asked, bankStandIn, CARD_KEYS, GOOD_CARD } from '../bank-under-test.ts';
import billingPayOut from './handler.ts';
import { payDue } from './pay-due.ts';

const bank = bankStandIn();
const billing = serviceUnderTest('billing', CARD_KEYS);
const payOut = billing.start(billingPayOut, bank.env);
const api = billing.start(billingApi);
const accountant = person('accountant');

const transferOf = ({ key }: Asked, changes: object = {}) => {
  return { key, amountCents: 1_500, cardLast4: '4242', at: '2026-11-23T21:00:05.000Z', ...changes };
};
const pays = (asked: Asked) => ({ status: 200, body: transferOf(asked) });
const ofCall = (send: (asked: Asked) => unknown, ask: (asked: Asked) => unknown) => {
  bank.answer = (asked) => (asked.call === 'send' ? send(asked) : ask(asked)) as never;
};
const calls = () => bank.asked.map(({ call, key }) => `${call} ${key.replace(/^.{36}/, 'id')}`);

async function requestMany(count: number): Promise<string[]> {
  const workers = Array.from({ length: count }, () => person('worker'));
  const set = (as: Person) => api.request('PUT', '/api/billing/me/card', { as, body: { cardNumber: GOOD_CARD } });
  await Promise.all(workers.map(set));
  const events = workers.map(({ id: userId }) =>
    exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId, amountCents: 1_500 }),
  );
  await payOut.deliver(events);
  return events.map(({ data }) => data.payoutId);
}
const request = async () => (await requestMany(1))[0] as string;
const rowOf = async (id: string) =>
  (
    await billing.rows(
      'SELECT *, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), due_at) / 1000 AS due_in FROM payouts WHERE id = ?',
      [id],
    )
  )[0];
const stateOf = ({ state }: { state: string }) => state;
const becomes = (id: string, row: object) => expect.poll(() => rowOf(id), { timeout: 10_000 }).toMatchObject(row);
const poke = () => payOut.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });
async function hurry(id: string): Promise<void> {
  await billing.rows('UPDATE payouts SET due_at = UTC_TIMESTAMP(3) WHERE id = ?', [id]);
  await poke();
}

beforeEach(async () => {
  // What a test has left would be due again in the middle of this one.
  for (const table of ['attempts', 'payouts']) await billing.rows(`DELETE FROM ${table}`);
  bank.asked.length = 0;
  ofCall(pays, pays);
});

it('is told the amount, the bare number and the key, and nothing else', async () => {
  const id = await request();
  await becomes(id, { state: 'paid' });
  expect(bank.asked).toEqual([
    { call: 'send', key: id, body: { amountCents: 1_500, cardNumber: GOOD_CARD.replaceAll(' ', '') } },
  ]);
});

it.each<[string, (asked: Asked) => unknown]>([
  ['a lost connection', () => 'break'],
  ['500', () => ({ status: 500 })],
  ['408', () => ({ status: 408 })],
  ['409', () => ({ status: 409 })],
  ['425', () => ({ status: 425 })],
  ['429', () => ({ status: 429, headers: { 'retry-after': '600' } })],
  ['a redirect', () => ({ status: 307, headers: { location: '/elsewhere' } })],
  ['a page', () => ({ status: 200, body: '<h1>Welcome</h1>' })],
  ['another key', (asked) => ({ status: 200, body: transferOf(asked, { key: 'another' }) })],
  ['201', (asked) => ({ status: 201, body: transferOf(asked) })],
])('after %s it is unknown, asked for within 10 s, and paid by the bank’s word', async (_, send) => {
  ofCall(send, pays);
  const id = await request();
  await becomes(id, { state: 'unknown', key_number: 1 });
  expect(Number((await rowOf(id)).due_in)).toBeLessThan(5_000); // and the timer comes every 5 s
  await hurry(id);
  await becomes(id, { state: 'paid' });
  expect(calls()).toEqual(['send id', 'ask id']);
});

it('a bank that cannot tell is asked later and later, at least once a minute; a person can have it asked now', async () => {
  ofCall(
    () => ({ status: 500 }),
    () => ({ status: 410 }),
  );
  const id = await request();
  for (let unclear = 1; unclear <= 8; unclear += 1) {
    await becomes(id, { state: 'unknown', unclear });
    expect(Number((await rowOf(id)).due_in)).toBeLessThan(55_000);
    if (unclear > 6) expect(Number((await rowOf(id)).due_in)).toBeGreaterThan(30_000);
    await hurry(id);
  }
  await becomes(id, { state: 'unknown', unclear: 9, attempts: 1 });
  await poke();
  expect(calls()).toEqual(['send id', ...Array(8).fill('ask id')]);

  ofCall(() => expect.unreachable('it must not be sent again'), pays);
  const { status, body } = await api.request('POST', `/api/billing/payouts/${id}/retry`, { as: accountant });
  expect([status, body.state]).toEqual([202, 'unknown']);
  await poke();
  await becomes(id, { state: 'paid' });
});

it.each([{ amountCents: 1_499 }, { amountCents: 150_000 }, { cardLast4: '4243' }])(
  'a transfer that differs by %j is an alarm, and is not believed',
  async (changes) => {
    const alarms = async () => Number(/bank-transfer-differs"\} (\d+)/.exec(await billingPayOut.metrics())?.[1] ?? 0);
    const before = await alarms();
    const differs = (asked: Asked) => ({ status: 200, body: transferOf(asked, changes) });
    ofCall(differs, differs);
    const id = await request();
    await becomes(id, { state: 'unknown', unclear: 1 });
    await hurry(id);
    await becomes(id, { state: 'unknown', unclear: 2, paid_at: null });
    expect(calls()).toEqual(['send id', 'ask id']);
    expect(await alarms()).toBe(before + 2);
  },
);

it.each([401, 403, 404])(
  'that answers %i is away: the payout stays pending, and goes out with the same key',
  async (status) => {
    ofCall(() => ({ status }), pays);
    let began = performance.now();
    const dueSinceBegan = async () => Number((await rowOf(id)).due_in) + performance.now() - began;
    const id = await request();
    await becomes(id, { state: 'pending', attempts: 1, reason: null });
    expect(await dueSinceBegan()).toBeGreaterThan(1_400);
    began = performance.now();
    await hurry(id);
    await becomes(id, { state: 'pending', attempts: 2 });
    expect(await dueSinceBegan()).toBeGreaterThan(2_900);
    ofCall(pays, pays);
    await hurry(id);
    await becomes(id, { state: 'paid', attempts: 3, key_number: 1 });
    expect(calls()).toEqual(['send id', 'send id', 'send id']);
  },
);

it('that takes a request for wrong, and quotes the card in it, fails it; the number goes nowhere; a retry has its own key', async () => {
  ofCall(({ body }) => ({ status: 400, body: { reason: `card ${body.cardNumber} is closed` } }), pays);
  const id = await request();
  await becomes(id, { state: 'failed', reason: 'bank-refused', due_at: null });
  const tables = ['payouts', 'attempts', 'outbox', 'inbox', 'idempotency'];
  const all = await Promise.all(tables.map((table) => billing.rows(`SELECT * FROM ${table}`)));
  expect(JSON.stringify(all)).not.toContain(GOOD_CARD.replaceAll(' ', ''));

  ofCall(pays, pays);
  expect((await api.request('POST', `/api/billing/payouts/${id}/retry`, { as: accountant })).status).toBe(202);
  await poke();
  await becomes(id, { state: 'paid', key_number: 2 });
  expect(calls()).toEqual(['send id', 'send id:2']);
});

it('a call that hangs holds up nobody else: all others are paid while it is under way', async () => {
  const othersArePaidFirst = async (): Promise<boolean> => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    bank.asked.length = 0;
    ofCall((asked) => (bank.asked.length === 1 ? held.then(() => pays(asked)) : pays(asked)), pays);
    const ids = await requestMany(120);
    await expect.poll(() => bank.asked.length).toBeGreaterThan(0);
    const first = bank.asked[0]?.key ?? '';
    const states = async () => (await billing.rows('SELECT state FROM payouts WHERE id IN (?)', [ids])).map(stateOf);
    const waiting = async () => (await states()).filter((state) => state !== 'paid');
    await expect.poll(async () => (await waiting()).length, { timeout: 15_000 }).toBeLessThanOrEqual(1);
    const [left] = await waiting();
    release();
    const settles = async () => {
      if ((await rowOf(first)).state === 'unknown') await hurry(first);
      return (await rowOf(first)).state;
    };
    await expect.poll(settles, { timeout: 10_000 }).toBe('paid');
    return left === 'sending';
  };
  // The call is given up after 3 s, which a busy machine may need for the others.
  let isSo = false;
  for (let n = 0; n < 3 && !isSo; n += 1) isSo = await othersArePaidFirst();
  expect(isSo).toBe(true);
}, 60_000);

it('an answer that comes when somebody else has taken the payout up changes nothing', async () => {
  let release = (_answer: unknown): void => undefined;
  const held = new Promise<unknown>((resolve) => {
    release = resolve;
  });
  let sends = 0;
  ofCall(
    (asked) => (++sends === 1 ? held : pays(asked)),
    () => ({ status: 404 }),
  );
  const id = await request();
  await expect.poll(() => bank.asked.length).toBe(1);
  await becomes(id, { state: 'sending' });

  // Its process is paused for longer than its lease; another one asks, and sends the same again.
  const { config } = await billingPayOut.start();
  const other = await startRuntime({ name: 'billing-pay-out', commands: false, work: payDue }, config);
  await billing.rows('UPDATE payouts SET due_at = UTC_TIMESTAMP(3) WHERE id = ?', [id]);
  other.goOn();
  await becomes(id, { state: 'paid', attempts: 2 });
  expect(calls()).toEqual(['send id', 'ask id', 'send id']);

  release({ status: 402 });
  await other.stop();
  await payOut.restart(); // what is under way ends first
  expect(await rowOf(id)).toMatchObject({ state: 'paid', key_number: 1 });
  expect(await billing.rows('SELECT outcome FROM attempts WHERE payout_id = ?', [id])).toEqual([{ outcome: 'paid' }]);
});
