import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import type { Payout } from '#contracts/rest/billing';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { CALLER_KEY, exampleOf, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import { CARD_KEYS, GOOD_CARD, OTHER_CARD } from '../bank-under-test.ts';
import billingPayOut from '../pay-out/handler.ts';
import billingApi from './handler.ts';

const billing = serviceUnderTest('billing', CARD_KEYS);
const api = billing.start(billingApi);
const { request } = api;
// Nobody pays here: a payout stays as the test has put it.
const payOut = billing.start(billingPayOut, () => ({ ATES_BANK_URL: 'http://127.0.0.1:9' }));

const one = async (sql: string, values: unknown[] = []) => (await billing.rows(sql, values))[0];
const [worker, stranger, accountant] = [person('worker'), person('worker'), person('accountant')];
const service = { headers: { 'x-ates-caller-key': CALLER_KEY } };

/** Payouts as they stand in the table, oldest first. */
async function stored(rows: readonly (Partial<Record<string, unknown>> & { userId?: string })[]): Promise<string[]> {
  const ids = rows.map(() => randomUUID());
  for (const [n, { userId = randomUUID(), ...row }] of rows.entries()) {
    const facts = {
      ...{ id: ids[n], user_id: userId, amount: 1_000, business_date: '2026-03-01', state: 'pending', reason: null },
      ...{ due_at: null, created_at: `2026-03-02 00:00:00.${String(n).padStart(3, '0')}`, trace_id: 'a'.repeat(32) },
      ...row,
    };
    await billing.rows('INSERT INTO payouts SET ?', [facts]);
  }
  return ids;
}
const blocked = { state: 'blocked', reason: 'no-card' };
const list = (query = '', as: Person = accountant) => request('GET', `/api/billing/payouts${query}`, { as });

describe('my card', () => {
  const put = (cardNumber: unknown, as: Person = person('worker'), more: object = {}) =>
    request('PUT', '/api/billing/me/card', { as, body: { cardNumber, ...more } });
  const get = async (as: Person) => (await request('GET', '/api/billing/me/card', { as })).body;

  keepsTheCommandPromises(
    api,
    {
      ...{ method: 'PUT', path: '/api/billing/me/card', as: person('worker') },
      ...{ body: { cardNumber: GOOD_CARD }, otherBody: { cardNumber: OTHER_CARD } },
    },
    async () => Number((await one('SELECT coalesce(sum(card_version), 0) AS n FROM users')).n),
  );

  it('is none at first, then shown by its last four digits, and replaced by the next', async () => {
    const me = person('manager');
    expect(await get(me)).toEqual({ cardMasked: null, status: 'none' });
    expect(await put('4242-4242-4242-4242', me)).toMatchObject({ status: 200, body: { cardMasked: '•••• 4242' } });
    expect(await put(OTHER_CARD, me)).toMatchObject({ body: { cardMasked: '•••• 4444', status: 'active' } });
    expect(await get(me)).toEqual({ cardMasked: '•••• 4444', status: 'active' });
  });

  it.each([
    ['a wrong check digit', '4242 4242 4242 4241'],
    ['12 digits', '424242424242'],
    ['20 digits', '42424242424242424242'],
    ['zeros only', '0000000000000000'],
    ['letters', '4242 4242 4242 424x'],
    ['full-width digits', '４２４２４２４２４２４２４２４２'],
    ['nothing', ''],
    ['a number', 4_242_424_242_424_242],
    ['null', null],
    ['a list', [GOOD_CARD]],
    ['51 characters', '4'.repeat(51)],
  ])('%s is refused at the field, without being quoted, and nothing is stored', async (_, cardNumber) => {
    const me = person('worker');
    const { status, body } = await put(cardNumber, me);
    expect([status, body.errors?.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([422, ['/cardNumber']]);
    if (String(cardNumber).length > 4) expect(JSON.stringify(body)).not.toContain(String(cardNumber));
    expect(await get(me)).toMatchObject({ status: 'none' });
  });

  it.each(['cvv', 'cvc', 'expiry', 'holder'])('a field %s is refused: it is not wanted here', async (field) => {
    expect((await put(GOOD_CARD, person('worker'), { [field]: '123' })).status).toBe(422);
  });

  it('may be the card of two; each is sealed for its own person, and looks different', async () => {
    const [ada, bob] = [person('worker'), person('worker')];
    await put(GOOD_CARD, ada);
    await put(GOOD_CARD, bob);
    const rows = await billing.rows('SELECT card_number FROM users WHERE id IN (?)', [[ada.id, bob.id]]);
    expect(new Set(rows.map(({ card_number }) => card_number)).size).toBe(2);
    expect(JSON.stringify(rows)).not.toContain(GOOD_CARD.replaceAll(' ', ''));
  });

  it('new releases what is blocked for it, at once and only that, and only of its person', async () => {
    const me = person('worker');
    const [noCard, refused, failed, paid, others] = await stored([
      { userId: me.id, ...blocked },
      { userId: me.id, state: 'blocked', reason: 'card-refused', business_date: '2026-03-02', key_number: 2 },
      { userId: me.id, state: 'failed', reason: 'bank-refused', business_date: '2026-03-03' },
      { userId: me.id, state: 'paid', business_date: '2026-03-04' },
      blocked,
    ]);
    await put(GOOD_CARD, me);
    const states = await billing.rows('SELECT id, state, reason, due_at, key_number FROM payouts WHERE id IN (?)', [
      [noCard, refused, failed, paid, others],
    ]);
    const by = new Map(states.map((row) => [row.id, row]));
    expect(by.get(noCard)).toMatchObject({ state: 'pending', reason: null, due_at: expect.any(String), key_number: 1 });
    expect(by.get(refused)).toMatchObject({
      state: 'pending',
      reason: null,
      due_at: expect.any(String),
      key_number: 2,
    });
    expect(by.get(failed)).toMatchObject({ state: 'failed', due_at: null });
    expect(by.get(paid)).toMatchObject({ state: 'paid', due_at: null });
    expect(by.get(others)).toMatchObject({ state: 'blocked', due_at: null });
  });

  it('leaves nothing of its number in what is kept of the command', async () => {
    const me = person('worker');
    const headers = { 'idempotency-key': randomUUID() };
    await request('PUT', '/api/billing/me/card', { as: me, body: { cardNumber: OTHER_CARD }, headers });
    const kept = await one('SELECT * FROM idempotency WHERE user_id = ?', [me.id]);
    for (const number of [OTHER_CARD, OTHER_CARD.replaceAll(' ', '')]) {
      expect(JSON.stringify(kept)).not.toContain(number);
    }
    expect(JSON.parse(kept.answer)).toEqual({ cardMasked: '•••• 4444', status: 'active' });
  });
});

describe('a retry', () => {
  const press = (id: string, as = accountant) => request('POST', `/api/billing/payouts/${id}/retry`, { as });

  keepsTheCommandPromises(
    api,
    {
      method: 'POST',
      path: async () => `/api/billing/payouts/${(await stored([blocked]))[0]}/retry`,
      body: {},
      as: accountant,
    },
    async () => (await one("SELECT count(*) AS n FROM payouts WHERE state = 'pending' AND version > 1")).n,
  );

  it.each([
    ['blocked', 'no-card', 'pending'],
    ['blocked', 'card-refused', 'pending'],
    ['failed', 'bank-refused', 'pending'],
    ['unknown', null, 'unknown'],
  ])('of a payout that is %s (%s) makes it due now as %s', async (state, reason, after) => {
    const [id = ''] = await stored([{ state, reason }]);
    expect(await press(id)).toMatchObject({ status: 202, body: { id, state: after, reason: null } });
    expect(await one('SELECT state, due_at <= UTC_TIMESTAMP(3) AS due FROM payouts WHERE id = ?', [id])).toEqual({
      state: after,
      due: 1,
    });
  });

  it.each(['pending', 'sending', 'paid'])(
    'of a payout that is %s is refused, and nothing is changed',
    async (state) => {
      const [id = ''] = await stored([{ state }]);
      expect(await press(id)).toMatchObject({ status: 409, body: { type: '/problems/payout-not-stuck' } });
      expect(await one('SELECT state, due_at, version FROM payouts WHERE id = ?', [id])).toEqual({
        ...{ state, due_at: null, version: 1 },
      });
    },
  );

  it('pressed by two at once is done once', async () => {
    const [id = ''] = await stored([blocked]);
    const statuses = (await Promise.all([press(id), press(id, person('admin'))])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([202, 409]);
  });

  it.each(['worker', 'manager', 'executive'] as const)('is not for a %s', async (role) => {
    const [id = ''] = await stored([blocked]);
    expect((await press(id, person(role))).status).toBe(403);
  });

  it('needs a payout', async () => {
    expect((await press(randomUUID())).status).toBe(404);
    expect((await press('1')).status).toBe(404);
  });
});

describe('payouts', () => {
  let ids: string[];
  beforeAll(async () => {
    ids = await stored([
      {
        userId: worker.id,
        business_date: '2026-05-01',
        state: 'paid',
        amount: 2_550,
        paid_at: '2026-05-02 00:00:01',
        card_last4: '4242',
        attempts: 1,
      },
      { userId: stranger.id, business_date: '2026-05-01', ...blocked },
      {
        userId: worker.id,
        business_date: '2026-05-02',
        state: 'unknown',
        amount: 700,
        card_last4: '4242',
        attempts: 2,
      },
      { userId: stranger.id, business_date: '2026-05-02', state: 'paid', amount: 900 },
      { userId: worker.id, business_date: '2026-05-03', ...blocked, amount: 123 },
    ]);
    await billing.rows(
      "UPDATE payouts SET created_at = created_at + INTERVAL 60 DAY WHERE business_date >= '2026-05-01'",
    );
  });
  const idsOf = (body: { items: Payout[] }) => body.items.map(({ id }) => id);

  it('of a worker or manager are the own ones, newest first', async () => {
    expect(idsOf((await list('', worker)).body)).toEqual([ids[4], ids[2], ids[0]]);
    expect(idsOf((await list('', stranger)).body)).toEqual([ids[3], ids[1]]);
    expect((await list('', person('manager'))).body).toMatchObject({ items: [], nextCursor: null });
  });

  it.each(['accountant', 'executive', 'admin'] as const)('are everybody’s for an %s', async (role) => {
    expect(idsOf((await list('', person(role))).body).slice(0, 5)).toEqual([...ids].reverse());
  });

  it('tell their facts', async () => {
    expect((await list('?day=2026-05-01&state=paid')).body.items).toEqual([
      {
        ...{
          id: ids[0],
          userId: worker.id,
          amountCents: 2_550,
          businessDate: '2026-05-01',
          state: 'paid',
          reason: null,
        },
        ...{ cardLast4: '4242', attempts: 1, paidAt: '2026-05-02T00:00:01.000Z', createdAt: expect.any(String) },
      },
    ]);
  });

  it.each([
    ['?day=2026-05-02', [3, 2]],
    ['?state=blocked&day=2026-05-03', [4]],
    ['?day=2026-05-01&state=unknown', []],
  ])('are filtered by %s', async (query, found) => {
    expect(idsOf((await list(query)).body)).toEqual(found.map((n) => ids[n]));
  });

  it('are filtered by person; somebody who sees only the own ones finds none of others', async () => {
    expect(idsOf((await list(`?userId=${stranger.id}`)).body)).toEqual([ids[3], ids[1]]);
    const none = { items: [], nextCursor: null, totals: { count: 0, cents: 0 } };
    expect((await list(`?userId=${stranger.id}`, worker)).body).toMatchObject(none);
    expect(idsOf((await list(`?userId=${worker.id}`, worker)).body)).toHaveLength(3);
  });

  it('come on the first page with what all of the day sum up to by state, whatever state the list is of', async () => {
    const { body } = await list('?day=2026-05-01&state=paid&limit=1');
    expect(body.totals).toMatchObject({
      count: 2,
      states: { paid: { count: 1, cents: 2_550 }, blocked: { count: 1 } },
    });
    expect((await list('?day=2026-05-01', worker)).body.totals).toMatchObject({ count: 1, cents: 2_550 });
    const { nextCursor } = (await list('?day=2026-05-01&limit=1')).body;
    expect(await list(`?day=2026-05-01&limit=1&cursor=${nextCursor}`)).not.toHaveProperty('body.totals');
  });

  it('of no day sum up to all that is not settled, however old, as their rows do, and to what was paid in 30 days', async () => {
    const someone = person('worker');
    const made = ['pending', 'sending', 'unknown', 'failed', 'paid', 'paid'].map((state, n) => ({
      ...{ userId: someone.id, business_date: `2019-01-0${n + 1}`, state, amount: 2 ** n },
    }));
    const old = await stored([...made, { userId: someone.id, business_date: '2019-01-09', ...blocked, amount: 64 }]);
    await billing.rows('UPDATE payouts SET business_date = CURDATE() WHERE id = ?', [old[4]]);
    const of = async (query: string, as = accountant) =>
      (await list(`?userId=${someone.id}${query}`, as)).body as { items: Payout[]; totals: never };
    const figures = (cents: number) => ({ count: 1, cents });
    const states = { pending: figures(1), sending: figures(2), unknown: figures(4), failed: figures(8) };
    const whole = { count: 6, cents: 95, states: { ...states, blocked: figures(64), paid: figures(16) } };
    for (const as of [accountant, someone]) expect((await of('', as)).totals).toEqual(whole);
    for (const [state, { cents }] of Object.entries(whole.states).filter(([state]) => state !== 'paid')) {
      expect((await of(`&state=${state}`)).items).toMatchObject([{ amountCents: cents }]);
    }
    // Everybody's, too: what is blocked is blocked until somebody lets it go.
    const everybody = (await list()).body.totals.states.blocked;
    expect(everybody.count).toBe((await list('?state=blocked&limit=200')).body.items.length);
    await billing.rows('DELETE FROM payouts WHERE user_id = ?', [someone.id]);
  });

  it('are paged without gap or repeat, also where many came at one moment', async () => {
    const many = await stored(Array.from({ length: 7 }, () => ({ business_date: '2026-06-01' })));
    await billing.rows("UPDATE payouts SET created_at = '2026-06-02' WHERE business_date = '2026-06-01'");
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await list(`?day=2026-06-01&limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...idsOf(body));
      if (!body.nextCursor) break;
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(many.sort().reverse());
    expect((await list(`?day=2026-05-01&limit=3&cursor=${cursor}`)).status).toBe(422);
    expect((await list(`?day=2026-06-01&limit=3&cursor=${cursor}`, person('admin'))).status).toBe(422);
  });

  it.each(['?day=2026-02-30', '?state=lost', '?userId=1', '?limit=201', '?limit=0', '?x=1', '?state=paid&state=paid'])(
    '%s is refused',
    async (query) => expect((await list(query)).status).toBe(422),
  );

  it('are told one by one to whoever may see them; another’s is not there', async () => {
    const at = `/api/billing/payouts/${ids[0]}`;
    expect((await request('GET', at, { as: worker })).body).toMatchObject({ id: ids[0], state: 'paid' });
    expect((await request('GET', at, { as: person('executive') })).status).toBe(200);
    expect((await request('GET', at, { as: stranger })).status).toBe(404);
    expect((await request('GET', at, { as: person('manager') })).status).toBe(404);
    expect((await request('GET', `/api/billing/payouts/${randomUUID()}`, { as: accountant })).status).toBe(404);
  });

  it('are read whole by a service inside, which may change nothing', async () => {
    expect((await request('GET', '/api/billing/payouts?day=2026-05-01&limit=5000', service)).body.items).toHaveLength(
      2,
    );
    expect((await request('GET', `/api/billing/payouts/${ids[1]}`, service)).status).toBe(200);
    expect((await request('GET', '/api/billing/reports', service)).status).toBe(200);
    expect((await request('POST', `/api/billing/payouts/${ids[1]}/retry`, service)).status).toBe(403);
  });

  it('come as CSV, all rows that the filters leave, without limit and cursor, and only the reader’s', async () => {
    const headers = { accept: 'text/csv' };
    const csv = async (query: string, as: Person) =>
      (await request('GET', `/api/billing/payouts${query}`, { as, headers })).body.split('\r\n');
    const lines = await csv('?day=2026-05-01&limit=1', accountant);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe('\uFEFFcreatedAt,businessDate,amount,state,reason,cardLast4,attempts,paidAt,userId,id');
    expect(lines[2]).toMatch(/,2026-05-01,25\.50,paid,,4242,1,2026-05-02T00:00:01\.000Z,/);
    expect(await csv('', worker)).toHaveLength(5);
    expect(await csv(`?userId=${stranger.id}`, worker)).toHaveLength(2); // the head alone
  });
});

describe('reports', () => {
  beforeAll(() =>
    stored([
      { business_date: '2025-01-10', state: 'paid', amount: 100 },
      { business_date: '2025-01-10', state: 'paid', amount: 250 },
      { business_date: '2025-01-10', ...blocked, amount: 40 },
      { business_date: '2025-01-12', state: 'unknown', amount: 5 },
    ]),
  );
  const report = (query: string, as: Person = accountant, headers = {}) =>
    request('GET', `/api/billing/reports${query}`, { as, headers });

  it('count and sum by state, a day each, oldest first, with days of nothing and with totals', async () => {
    const { body } = await report('?from=2025-01-10&to=2025-01-12');
    expect(body.items.map(({ date, count, cents }: never) => [date, count, cents])).toEqual([
      ['2025-01-10', 3, 390],
      ['2025-01-11', 0, 0],
      ['2025-01-12', 1, 5],
    ]);
    const none = { count: 0, cents: 0 };
    expect(body.items[0].states).toEqual({
      ...{ pending: none, sending: none, failed: none, unknown: none },
      ...{ paid: { count: 2, cents: 350 }, blocked: { count: 1, cents: 40 } },
    });
    expect(body.totals).toMatchObject({ count: 4, cents: 395, states: { unknown: { count: 1, cents: 5 } } });
  });

  it('are of the last 30 days unless told otherwise, and come as CSV', async () => {
    expect((await report('')).body.items).toHaveLength(30);
    const { body } = await report('?from=2025-01-10&to=2025-01-11', accountant, { accept: 'text/csv' });
    expect(body.split('\r\n').slice(0, 2)).toEqual([
      '\uFEFFdate,count,sum,pendingCount,pendingSum,sendingCount,sendingSum,paidCount,paidSum,blockedCount,blockedSum,failedCount,failedSum,unknownCount,unknownSum',
      '2025-01-10,3,3.90,0,0.00,0,0.00,2,3.50,1,0.40,0,0.00,0,0.00',
    ]);
  });

  it.each(['?from=2025-01-12&to=2025-01-10', '?from=2020-01-01&to=2025-01-10', '?from=x'])(
    '%s is refused',
    async (query) => expect((await report(query)).status).toBe(422),
  );

  it.each(['worker', 'manager'] as const)('are not for a %s', async (role) =>
    expect((await report('', person(role))).status).toBe(403),
  );
});

it('a payout that is asked for is there at once, to be looked at', async () => {
  const event = exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId: worker.id, businessDate: '2026-07-01' });
  await payOut.deliver([event]);
  const { body } = await request('GET', `/api/billing/payouts/${event.data.payoutId}`, { as: worker });
  expect(body).toMatchObject({ userId: worker.id, amountCents: event.data.amountCents, businessDate: '2026-07-01' });
});
