import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { startRuntime } from '#platform/function-runtime';
import { keepsTheEventPromises } from '#platform/testing/promises';
import { exampleOf, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import type { FaultMode } from '../../../sandbox/bank/faults.ts';
import billingApi from '../api/handler.ts';
import { CARD_KEYS, GOOD_CARD, OTHER_CARD, REFUSED_CARD, sandboxBank } from '../bank-under-test.ts';
import { cardCipher } from '../card-cipher.ts';
import { saveCard } from '../db/cards.ts';
import billingPayOut from './handler.ts';
import { payDue } from './pay-due.ts';

const bank = sandboxBank();
const billing = serviceUnderTest('billing', CARD_KEYS);
const payOut = billing.start(billingPayOut, bank.env);
const api = billing.start(billingApi);
const accountant = person('accountant');

const one = async (sql: string, values: unknown[] = []) => (await billing.rows(sql, values))[0];
const poke = () => payOut.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });

async function withCard(cardNumber: string | null = GOOD_CARD): Promise<Person> {
  const worker = person('worker');
  if (cardNumber) await setCard(worker, cardNumber);
  return worker;
}
async function setCard(as: Person, cardNumber: string): Promise<void> {
  const { status } = await api.request('PUT', '/api/billing/me/card', { as, body: { cardNumber } });
  expect(status).toBe(200);
}

let days = 0;
const nextDay = () => new Date(Date.UTC(2026, 0, 1) + 86_400_000 * days++).toISOString().slice(0, 10);
const requested = (userId: string, data: { amountCents?: number; businessDate?: string; payoutId?: string } = {}) =>
  exampleOf(payoutRequestedV1, {
    ...{ payoutId: randomUUID(), userId, amountCents: 1_500, businessDate: nextDay() },
    ...data,
  });
/** Asks for a payout of each of these people, and gives its ids. */
async function ask(people: readonly Person[], amountCents = 1_500): Promise<string[]> {
  const events = people.map(({ id }) => requested(id, { amountCents }));
  expect(await payOut.deliver(events)).toEqual({ handled: events.length, failed: [] });
  return events.map(({ data }) => data.payoutId);
}

interface Row {
  id: string;
  state: string;
  reason: string | null;
  attempts: number;
  key_number: number;
  card_last4: string | null;
}
const rowsOf = (ids: readonly string[]): Promise<Row[]> =>
  billing.rows('SELECT * FROM payouts WHERE id IN (?) ORDER BY id', [ids]);
const statesOf = async (ids: readonly string[]) => new Set((await rowsOf(ids)).map(({ state }) => state));
const become = (ids: readonly string[], state: string) =>
  expect.poll(() => statesOf(ids), { timeout: 15_000 }).toEqual(new Set([state]));
/** What would come with time comes now. */
async function hurry(ids: readonly string[]): Promise<void> {
  const now = "UPDATE payouts SET due_at = UTC_TIMESTAMP(3) WHERE id IN (?) AND state IN ('pending', 'unknown')";
  const deadlock = (error: { errno?: number }) => (error.errno === 1213 ? undefined : Promise.reject(error));
  await billing.rows(now, [ids]).catch(deadlock); // with the work itself; whoever hurries does it again
  await poke();
}
const hurried = async (ids: readonly string[]) => {
  await hurry(ids);
  return statesOf(ids);
};
/** Nobody is calling the bank. */
const calm = () =>
  expect
    .poll(async () => (await one("SELECT count(*) AS n FROM payouts WHERE state = 'sending'")).n, { timeout: 10_000 })
    .toBe(0);
const executedFor = async (ids: readonly string[]) =>
  (await bank.journal()).filter(({ key }) => ids.includes(key.split(':')[0] as string));
async function expectPaidOnce(ids: readonly string[], amountCents = 1_500): Promise<void> {
  const executed = await executedFor(ids);
  expect(executed.map(({ key }) => key.split(':')[0]).sort()).toEqual([...ids].sort());
  expect(new Set(executed.map((transfer) => transfer.amountCents))).toEqual(new Set([amountCents]));
}
const told = async (payoutId: string) =>
  (await billing.rows('SELECT envelope FROM outbox WHERE JSON_VALUE(envelope, "$.subject") = ?', [payoutId])).map(
    ({ envelope }) => JSON.parse(envelope),
  );

beforeEach(() => bank.misbehave('none'));

keepsTheEventPromises(
  payOut,
  () => requested(randomUUID(), { businessDate: '2026-11-23' }),
  async () => (await one('SELECT count(*) AS n FROM payouts')).n,
);

describe('a payout', () => {
  it('is paid once, under its own id, to the card that its worker has, at the bank’s time', async () => {
    const worker = await withCard();
    const [id = ''] = await ask([worker], 12_345);
    await become([id], 'paid');

    const [transfer] = await executedFor([id]);
    expect(transfer).toMatchObject({ key: id, amountCents: 12_345, cardLast4: '4242' });
    const { body } = await api.request('GET', `/api/billing/payouts/${id}`, { as: worker });
    expect(body).toMatchObject({
      ...{ id, userId: worker.id, amountCents: 12_345, state: 'paid', reason: null, cardLast4: '4242', attempts: 1 },
      paidAt: transfer?.at,
    });
    expect(await told(id)).toEqual([]);
  });

  it('without a card is blocked, and whoever writes letters is told why, in the same story', async () => {
    const event = requested(randomUUID(), { amountCents: 700 });
    await payOut.deliver([event]);
    const { payoutId, userId, businessDate } = event.data;
    await become([payoutId], 'blocked');
    expect(await rowsOf([payoutId])).toMatchObject([{ reason: 'no-card', attempts: 0, card_last4: null }]);
    const data = { payoutId, userId, amountCents: 700, businessDate, reason: 'no-card' };
    expect(await told(payoutId)).toMatchObject([{ type: 'billing.payout-blocked.v1', data }]);
    expect((await told(payoutId))[0].traceparent.split('-')[1]).toBe(event.traceparent.split('-')[1]);
  });

  it('whose card is refused is blocked and told; a new card pays it under a key of its own', async () => {
    const worker = await withCard(REFUSED_CARD);
    const [id = ''] = await ask([worker]);
    await become([id], 'blocked');
    expect(await rowsOf([id])).toMatchObject([{ reason: 'card-refused', card_last4: '0002', attempts: 1 }]);
    expect((await told(id)).map(({ data }) => data.reason)).toEqual(['card-refused']);

    await setCard(worker, OTHER_CARD);
    await poke();
    await become([id], 'paid');
    expect(await executedFor([id])).toMatchObject([{ key: `${id}:2`, cardLast4: '4444' }]);
  });

  it('for the day of a person that has one already is refused for good, and nothing of it is stored', async () => {
    const worker = await withCard();
    const first = requested(worker.id);
    await payOut.deliver([first]);
    const { businessDate } = first.data;
    const another = requested(worker.id, { businessDate });
    const sameDay = requested(worker.id, { businessDate: '2027-01-01' });
    const again = requested(worker.id, { businessDate: '2027-01-01' });
    const { failed } = await payOut.deliver([another, sameDay, again]);
    expect(failed.map(({ retryable }) => retryable)).toEqual([false, false]);
    expect(failed.map(({ id }) => id)).toContain(another.id);

    const stored = await billing.rows('SELECT id FROM payouts WHERE user_id = ?', [worker.id]);
    const ids = stored.map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(first.data.payoutId);
    await become(ids, 'paid');
    await expectPaidOnce(ids);
    expect((await one('SELECT count(*) AS n FROM inbox WHERE event_id = ?', [another.id])).n).toBe(0);
  });

  it('that is asked for again with other facts is refused for good; with the same, it has no second effect', async () => {
    const first = requested((await withCard()).id);
    await payOut.deliver([first]);
    const again = exampleOf(payoutRequestedV1, first.data);
    const others = [{ amountCents: 1_501 }, { userId: randomUUID() }, { businessDate: '2026-12-31' }].map((other) =>
      exampleOf(payoutRequestedV1, { ...first.data, ...other }),
    );
    const { failed } = await payOut.deliver([again, ...others]);
    expect(failed.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    await become([first.data.payoutId], 'paid');
    await expectPaidOnce([first.data.payoutId]);
  });

  it('of many, each is paid once, while several work at them at once', async () => {
    const runtime = await billingPayOut.start();
    const others = await Promise.all(
      [1, 2, 3].map(() => startRuntime({ name: 'billing-pay-out', commands: false, work: payDue }, runtime.config)),
    );
    const workers = await Promise.all(Array.from({ length: 50 }, () => withCard()));
    const ids = (await Promise.all(Array.from({ length: 10 }, () => ask(workers)))).flat();
    for (const other of others) other.goOn();
    await become(ids, 'paid');
    await expectPaidOnce(ids);
    expect(new Set((await rowsOf(ids)).map(({ attempts }) => attempts))).toEqual(new Set([1]));
    await Promise.all(others.map((other) => other.stop()));
  });
});

describe('a bank that misbehaves', () => {
  it.each<[FaultMode, number]>([
    ['error-before', 1],
    ['error-after', 1],
    ['error-before', 0.5],
    ['error-after', 0.5],
    ['timeout-before', 0.5],
    ['timeout-after', 0.5],
    ['slow', 0.5],
  ])('by %s for a share of %f: each payout is paid once in the end', async (mode, share) => {
    const workers = await Promise.all(Array.from({ length: 12 }, () => withCard()));
    await bank.misbehave(mode, share);
    const ids = await ask(workers);
    const isWrong = (states: Set<string>) => [...states].some((state) => state === 'blocked' || state === 'failed');
    for (let n = 0; n < 4; n += 1) {
      await calm();
      expect(isWrong(await statesOf(ids))).toBe(false);
      // Whatever is told as paid is in the journal, however the bank answered.
      const paid = (await rowsOf(ids)).filter(({ state }) => state === 'paid').map(({ id }) => id);
      await expectPaidOnceAtMost(ids, paid);
      await hurry(ids);
    }
    await bank.misbehave('none');
    await expect.poll(() => hurried(ids), { timeout: 15_000, interval: 300 }).toEqual(new Set(['paid']));
    await expectPaidOnce(ids);
    expect(new Set((await rowsOf(ids)).map(({ key_number }) => key_number))).toEqual(new Set([1]));
  });

  it('by refusing all is believed: blocked, and a retry of each has its own key and pays once', async () => {
    const workers = await Promise.all(Array.from({ length: 12 }, () => withCard()));
    await bank.misbehave('refuse');
    const ids = await ask(workers);
    await become(ids, 'blocked');
    expect(await executedFor(ids)).toEqual([]);

    await bank.misbehave('none');
    for (const id of ids) {
      expect((await api.request('POST', `/api/billing/payouts/${id}/retry`, { as: accountant })).status).toBe(202);
    }
    await poke();
    await become(ids, 'paid');
    await expectPaidOnce(ids);
    expect((await executedFor(ids)).every(({ key }) => key.endsWith(':2'))).toBe(true);
  });

  async function expectPaidOnceAtMost(ids: readonly string[], paid: readonly string[]) {
    const executed = (await executedFor(ids)).map(({ key }) => key);
    expect(new Set(executed).size).toBe(executed.length);
    expect(executed).toEqual(expect.arrayContaining([...paid]));
  }
});

describe('a process that died', () => {
  it.each([
    ['before the bank had it', false],
    ['after the bank had paid', true],
  ])('%s: when its lease has ended, the bank is asked, and it is paid once', async (_, executed) => {
    const worker = await withCard();
    await bank.misbehave(executed ? 'error-after' : 'error-before');
    const [id = ''] = await ask([worker]);
    await become([id], 'unknown');
    await bank.misbehave('none');
    // As it stands in the database while the bank is called.
    await billing.rows(
      "UPDATE payouts SET state = 'sending', unclear = 0, due_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE id = ?",
      [id],
    );
    await poke();
    await poke();
    expect(await statesOf([id])).toEqual(new Set(['sending'])); // somebody may still be at it
    await billing.rows('UPDATE payouts SET due_at = UTC_TIMESTAMP(3) WHERE id = ?', [id]);
    await poke();
    await become([id], 'paid');
    await expectPaidOnce([id]);
    expect(await rowsOf([id])).toMatchObject([{ attempts: executed ? 1 : 2, key_number: 1 }]);
  });

  it('leaves the card that it was sending to: whatever card there is by then, the same key goes to the same card', async () => {
    const worker = await withCard();
    await bank.misbehave('error-before');
    const [id = ''] = await ask([worker]);
    await become([id], 'unknown');
    await setCard(worker, OTHER_CARD);
    await bank.misbehave('none');
    await expect.poll(() => hurried([id])).toEqual(new Set(['paid']));
    expect(await executedFor([id])).toMatchObject([{ key: id, cardLast4: '4242' }]);
    const [next = ''] = await ask([worker]);
    await become([next], 'paid');
    expect(await executedFor([next])).toMatchObject([{ cardLast4: '4444' }]);
  });
});

describe('a card that changes meanwhile', () => {
  it('while a payout looks for it: the payout waits for the card that is just being set, and is paid to it', async () => {
    const worker = await withCard(null);
    const { database } = await billingApi.start();
    const id = await database.transaction(async (tx) => {
      const sealedNumber = cardCipher(CARD_KEYS['card-encryption-keys']).seal(worker.id, GOOD_CARD.replaceAll(' ', ''));
      await tx.connection.query('INSERT INTO users (id) VALUES (?)', [worker.id]);
      await saveCard(tx, { id: worker.id, sealedNumber, last4: '4242' });
      const event = requested(worker.id);
      // Stored by hand: the event itself would wait for the person's row.
      await billing.rows('INSERT INTO payouts (id, user_id, amount, business_date, trace_id) VALUES (?)', [
        [event.data.payoutId, worker.id, 1_500, event.data.businessDate, 'a'.repeat(32)],
      ]);
      await poke();
      await waitsForLock('SELECT id, card_number');
      expect(await statesOf([event.data.payoutId])).toEqual(new Set(['pending']));
      return event.data.payoutId;
    });
    await become([id], 'paid');
    await expectPaidOnce([id]);
  });

  it('while a payout is just being blocked: the card waits for it, and releases it', async () => {
    const workers = [await withCard(null), await withCard(null)];
    await billing.rows('LOCK TABLES outbox READ'); // the blocking is told there, last before its commit
    const asked = ask(workers);
    await waitsForLock('INSERT INTO `outbox`');
    const set = Promise.all(workers.map((worker) => setCard(worker, GOOD_CARD)));
    await Promise.race([set, waitsForLock('INSERT INTO `users`')]);
    await billing.rows('UNLOCK TABLES');
    await set;
    await poke();
    const ids = await asked;
    await become(ids, 'paid');
    await expectPaidOnce(ids);
  });

  it('while the old one is being refused: the new one is tried, and nothing stays blocked', async () => {
    const workers = await Promise.all(Array.from({ length: 40 }, () => withCard(REFUSED_CARD)));
    const asked = ask(workers);
    await Promise.all(workers.map((worker) => setCard(worker, GOOD_CARD)));
    const ids = await asked;
    await poke();
    await become(ids, 'paid');
    await expectPaidOnce(ids);
  });

  const waitsForLock = (statement: string) =>
    expect
      .poll(
        async () =>
          (
            await billing.rows(
              'SELECT info FROM information_schema.processlist WHERE db = DATABASE() AND time >= 1 AND info LIKE ?',
              [`${statement}%`],
            )
          ).length,
        { interval: 50 },
      )
      .toBeGreaterThan(0);
});

describe('the card’s number', () => {
  it('is nowhere in the database but sealed, and of a settled payout not even that', async () => {
    const worker = await withCard();
    const ids = await ask([worker, await withCard(REFUSED_CARD)]);
    await expect.poll(() => statesOf(ids)).toEqual(new Set(['paid', 'blocked']));
    const attempts = await billing.rows(
      'SELECT card_number, card_last4, settled_at FROM attempts WHERE payout_id IN (?)',
      [ids],
    );
    expect(attempts).toHaveLength(2);
    for (const attempt of attempts)
      expect(attempt).toMatchObject({ card_number: null, settled_at: expect.any(String) });

    const tables = (await billing.rows('SHOW TABLES')).map((row) => Object.values(row)[0] as string);
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const rows = JSON.stringify(await billing.rows(`SELECT * FROM ${table}`));
      for (const number of [GOOD_CARD, REFUSED_CARD, OTHER_CARD]) {
        expect(rows).not.toContain(number);
        expect(rows).not.toContain(number.replaceAll(' ', ''));
      }
    }
  });

  it('that was moved to another person’s row is not paid to: the payout waits, and an alarm is raised', async () => {
    const [thief, victim] = [await withCard(), await withCard(OTHER_CARD)];
    const { card_number: sealed } = await one('SELECT card_number FROM users WHERE id = ?', [thief.id]);
    await billing.rows('UPDATE users SET card_number = ? WHERE id = ?', [sealed, victim.id]);
    const [id = ''] = await ask([victim]);
    await expect.poll(async () => (await rowsOf([id]))[0]?.attempts).toBeGreaterThan(0);
    await calm();
    expect(await statesOf([id])).toEqual(new Set(['pending']));
    expect(await executedFor([id])).toEqual([]);
    expect(await billingPayOut.metrics()).toMatch(/ates_alarms_total\{alarm="card-unreadable"\} [1-9]/);
  });
});

it('the service may not delete what it owes or has sent', async () => {
  const { database } = await billingPayOut.start();
  for (const table of ['payouts', 'attempts', 'users', 'outbox']) {
    await expect(database.read((db) => db.connection.query(`DELETE FROM ${table}`))).rejects.toThrow(/denied/);
  }
});

it('what is owed and not paid is told by the metrics, by state, from what stands there now', async () => {
  const figure = async (name: string, state: string) =>
    Number(new RegExp(`^${name}\\{state="${state}"\\} (.*)$`, 'm').exec(await payOut.handler.metrics())?.[1]);
  const before = await figure('ates_payouts_unsettled', 'unknown');
  const [id = ''] = await ask([await withCard(null)]);
  await become([id], 'blocked');
  await billing.rows(
    "UPDATE payouts SET state = 'unknown', due_at = NULL, created_at = UTC_TIMESTAMP(3) - INTERVAL 2 HOUR WHERE id = ?",
    [id],
  );
  expect(await figure('ates_payouts_unsettled', 'unknown')).toBe(before + 1);
  expect(await figure('ates_payouts_oldest_seconds', 'unknown')).toBeGreaterThanOrEqual(7_200);
  await billing.rows("UPDATE payouts SET state = 'failed' WHERE id = ?", [id]);
  expect(await figure('ates_payouts_unsettled', 'unknown')).toBe(before);
});
