import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { executedFor, requestPayouts } from './payout-requests.ts';
import { Visitor } from './visitor.ts';

let accountant: Visitor;
beforeAll(async () => {
  accountant = await Visitor.signIn('accountant');
});

const payout = async (id: string, visitor = accountant) => (await visitor.get(`/api/billing/payouts/${id}`)).body;
const becomes = (id: string, facts: object) =>
  expect.poll(() => payout(id), { timeout: 15_000, interval: 100 }).toMatchObject(facts);

it('the demo workers 1 to 4 have a card from the beginning', async () => {
  for (let n = 1; n <= 4; n += 1) {
    const { body } = await (await Visitor.signIn(`worker${n}`)).get('/api/billing/me/card');
    expect(body).toEqual({ status: 'active', cardMasked: '•••• 4242' });
  }
});

it('what a closed day owes is paid at the bank once, and its worker sees it', async () => {
  const worker = await Visitor.signIn('worker1');
  const userId = (await worker.get('/api/auth/session')).body.id;
  const requested = await requestPayouts([{ userId, businessDate: '2020-01-01', amountCents: 4_200 }]);
  const [{ payoutId: id } = { payoutId: '' }] = requested;
  await becomes(id, { state: 'paid', amountCents: 4_200, businessDate: '2020-01-01', attempts: 1 });
  expect(await executedFor(requested)).toMatchObject([{ key: id, amountCents: 4_200 }]);
  expect((await payout(id, worker)).state).toBe('paid');
  const other = await Visitor.signIn('worker2');
  expect((await other.get(`/api/billing/payouts/${id}`)).status).toBe(404);
});

it('a refused card holds a payout up; a new one lets it go within 5 s, under a key of its own', async () => {
  const admin = await Visitor.signIn('admin');
  const signIn = { email: `${randomUUID()}@ates.example`, password: 'popug password' };
  const { body: user } = await admin.send('POST', '/api/auth/users', { ...signIn, name: 'Без карты', role: 'manager' });
  const person = Visitor.anonymous();
  await person.send('POST', '/api/auth/session', signIn);
  const requested = await requestPayouts([{ userId: user.id, businessDate: '2020-01-02', amountCents: 777 }]);
  const [{ payoutId: id } = { payoutId: '' }] = requested;
  await becomes(id, { state: 'blocked', reason: 'no-card' });

  await person.send('PUT', '/api/billing/me/card', { cardNumber: '4000 0000 0000 0002' });
  await becomes(id, { state: 'blocked', reason: 'card-refused', cardLast4: '0002' });
  expect(await executedFor(requested)).toEqual([]);

  await person.send('PUT', '/api/billing/me/card', { cardNumber: '4242 4242 4242 4242' });
  const released = Date.now();
  await becomes(id, { state: 'paid', cardLast4: '4242' });
  const executed = await executedFor(requested);
  expect(executed.map(({ key }) => key)).toEqual([`${id}:2`]);
  expect(Date.parse(executed[0]?.at ?? '') - released).toBeLessThan(5_000);
});
