import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { killPart, startPart, stopPart } from '../flows/command-line.ts';
import { executedFor, type Requested, requestPayouts } from '../flows/payout-requests.ts';
import { Visitor } from '../flows/visitor.ts';

const DAYS = 60;
let people: string[];
let year = 1900;

beforeAll(async () => {
  const workers = await Promise.all([1, 2, 3, 4].map((n) => Visitor.signIn(`worker${n}`)));
  people = await Promise.all(workers.map(async (worker) => (await worker.get('/api/auth/session')).body.id));
});
afterEach(() => misbehave('none'));

async function misbehave(mode: string, share = 1): Promise<void> {
  await fetch(`${Visitor.run().bankUrl}/faults`, { method: 'PUT', body: JSON.stringify({ mode, share }) });
}

/** Days of a year that nobody lives in: each of four people is owed another amount for each. */
function request(): Promise<Requested[]> {
  year += 1;
  const days = Array.from({ length: DAYS }, (_, n) => new Date(Date.UTC(year, 0, 1 + n)).toISOString().slice(0, 10));
  const wanted = days.flatMap((businessDate, n) =>
    people.map((userId, m) => ({ userId, businessDate, amountCents: 1_000 + n * 10 + m })),
  );
  return requestPayouts(wanted);
}

async function states(requested: readonly Requested[]): Promise<Record<string, number>> {
  const billing = await mysql.createConnection({ uri: Visitor.run().databases.billing ?? '' });
  try {
    const [rows] = (await billing.query('SELECT state, count(*) AS n FROM payouts WHERE id IN (?) GROUP BY state', [
      requested.map(({ payoutId }) => payoutId),
    ])) as unknown as [{ state: string; n: number }[]];
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  } finally {
    await billing.end();
  }
}

/** At the bank itself: each payout once, with its own amount. */
async function expectPaidOnce(requested: readonly Requested[]): Promise<void> {
  const paid = (await executedFor(requested)).map(({ key, amountCents }) => `${key} ${amountCents}`);
  expect(paid.sort()).toEqual(requested.map(({ payoutId, amountCents }) => `${payoutId} ${amountCents}`).sort());
}
const allPaid = (requested: readonly Requested[]) =>
  expect
    .poll(() => states(requested).catch(() => null), { timeout: 100_000, interval: 250 })
    .toEqual({ paid: requested.length });

describe('each payout is paid once at the bank, with its amount', () => {
  it.each([
    ['billing-pay-out', 4, 'none', 0],
    ['billing-pay-out', 4, 'timeout-after', 0.05],
    ['bank', 3, 'error-after', 0.2],
    ['database', 2, 'error-before', 0.2],
    ['queue', 2, 'timeout-before', 0.05],
  ])('while %s is killed %i times and the bank misbehaves by %s', async (part, kills, mode, share) => {
    await misbehave(mode, share);
    const requested = await request();
    for (let n = 0; n < kills; n += 1) {
      await pause(50 + Math.random() * 250); // a random moment of the paying
      await killPart(part);
      await startPart(part); // resolves when it is ready again
    }
    await misbehave('none');
    await allPaid(requested);
    await expectPaidOnce(requested);
  });

  it('while the bank is away for some time', async () => {
    await stopPart('bank');
    const requested = await request();
    const isStored = async () => Object.values(await states(requested)).reduce((sum, n) => sum + n, 0);
    await expect.poll(isStored, { timeout: 20_000 }).toBe(requested.length); // what is owed is safe meanwhile
    expect(Object.keys(await states(requested))).not.toContain('paid');
    await startPart('bank');
    await allPaid(requested);
    await expectPaidOnce(requested);
  });
});
