import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taskAssignedV1 } from '#contracts/tasks/task-assigned.v1';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { keepsTheEventPromises } from '#platform/testing/promises';
import { exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import accountsRecord from './handler.ts';

const accounts = serviceUnderTest('accounts');
const record = accounts.start(accountsRecord);

const ledgerOf = (userId: string) =>
  accounts.rows(
    'SELECT seq, kind, sum, balance, event_id, business_date FROM transactions WHERE user_id = ? ORDER BY seq',
    [userId],
  );
const balanceOf = async (userId: string) =>
  (await accounts.rows('SELECT balance FROM accounts WHERE user_id = ?', [userId]))[0]?.balance;

keepsTheEventPromises(
  record,
  () => exampleOf(taskAssignedV2, { taskId: randomUUID(), userId: randomUUID() }),
  async () => (await accounts.rows('SELECT count(*) AS n FROM transactions'))[0].n,
);

it('charges each assignment once and keeps the running balance', async () => {
  const userId = randomUUID();
  const first = exampleOf(taskAssignedV2, { taskId: randomUUID(), userId, feeCents: 1_500 });
  const again = exampleOf(taskAssignedV2, { ...first.data, version: 2 }); // the same worker was drawn again

  expect(await record.deliver([first, again, first])).toEqual({ handled: 3, failed: [] });

  expect(await ledgerOf(userId)).toMatchObject([
    { seq: 1, kind: 'fee', sum: -1_500, balance: -1_500, event_id: first.id },
    { seq: 2, kind: 'fee', sum: -1_500, balance: -3_000, event_id: again.id },
  ]);
  expect(await balanceOf(userId)).toBe(-3_000);
});

it('a closing that comes before its assignment earns all the same', async () => {
  const [userId, taskId] = [randomUUID(), randomUUID()];
  const closed = exampleOf(taskClosedV2, { taskId, userId, rewardCents: 4_000, version: 2 });
  const assigned = exampleOf(taskAssignedV2, { taskId, userId, feeCents: 1_000, version: 1 });

  await record.deliver([closed]);
  await record.deliver([assigned]);

  expect((await ledgerOf(userId)).map((row) => row.sum)).toEqual([4_000, -1_000]);
});

it('the same fact under another event id has no second effect; with another amount or worker it is parked', async () => {
  const fact = exampleOf(taskAssignedV2, { taskId: randomUUID(), userId: randomUUID(), feeCents: 1_000 });
  await record.deliver([fact]);

  const underAnotherId = exampleOf(taskAssignedV2, fact.data);
  const contradiction = exampleOf(taskAssignedV2, { ...fact.data, feeCents: 2_000 });
  const otherWorker = exampleOf(taskAssignedV2, { ...fact.data, userId: randomUUID() });
  const { failed } = await record.deliver([underAnotherId, contradiction, otherWorker]);

  expect(failed.map(({ id }) => id)).toEqual([contradiction.id, otherWorker.id]);
  expect(await ledgerOf(fact.data.userId)).toHaveLength(1);
  expect(await balanceOf(otherWorker.data.userId)).toBe(0);
  const [{ n }] = await accounts.rows('SELECT count(*) AS n FROM inbox WHERE event_id = ?', [contradiction.id]);
  expect(n).toBe(0); // so that a replay is not taken for a repeat
});

it('reads the old form of an event, whose title carries the Jira id', async () => {
  const event = exampleOf(taskAssignedV1, {
    taskId: randomUUID(),
    userId: randomUUID(),
    title: '[ABC-7] - Пересчитать зёрна',
  });
  await record.deliver([event]);
  const [row] = await accounts.rows('SELECT task_title, jira_id FROM transactions WHERE event_id = ?', [event.id]);
  expect(row).toEqual({ task_title: 'Пересчитать зёрна', jira_id: 'ABC-7' });
});

it("an entry belongs to the company's day in which its event occurred: 22:30Z is the next day in Moscow", async () => {
  const event = exampleOf(
    taskAssignedV2,
    { taskId: randomUUID(), userId: randomUUID() },
    { time: '2026-03-01T22:30:00.000Z' },
  );
  await record.deliver([event]);
  expect((await ledgerOf(event.data.userId))[0].business_date).toBe('2026-03-02');
});

it('whatever the batches and their order, positions have no gap, balances run on and the books agree', async () => {
  const workers = Array.from({ length: 4 }, () => randomUUID());
  const facts = fc.array(
    fc.record({
      worker: fc.nat(3),
      fee: fc.integer({ min: 10, max: 20 }),
      reward: fc.integer({ min: 20, max: 40 }),
      closes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(facts, fc.infiniteStream(fc.nat(5)), async (drawn, dice) => {
      const events = drawn.flatMap(({ worker, fee, reward, closes }) => {
        const data = { taskId: randomUUID(), userId: workers[worker] as string };
        const assigned = exampleOf(taskAssignedV2, { ...data, feeCents: fee * 100, version: 1 });
        const closed = exampleOf(taskClosedV2, { ...data, rewardCents: reward * 100, version: 2 });
        return closes ? [assigned, closed] : [assigned];
      });
      const shuffled = [...events, ...events]
        .map((event) => ({ event, at: dice.next().value as number }))
        .sort((a, b) => a.at - b.at);
      const batches = Object.values(Object.groupBy(shuffled, ({ at }) => at)).map((batch = []) =>
        batch.map(({ event }) => event),
      );
      await Promise.all(batches.map((batch) => record.deliver(batch)));
    }),
    { numRuns: 15 },
  );

  for (const userId of workers) {
    const rows = await ledgerOf(userId);
    let balance = 0;
    for (const [index, row] of rows.entries()) {
      balance += row.sum;
      expect(row).toMatchObject({ seq: index + 1, balance });
    }
    expect((await balanceOf(userId)) ?? 0).toBe(balance);
  }
  const [books] = await accounts.rows(
    'SELECT (SELECT sum(balance) FROM accounts) AS heads, (SELECT sum(sum) FROM day_totals) AS counter, (SELECT sum(sum) FROM transactions) AS ledger',
  );
  expect(books.heads).toBe(books.ledger);
  expect(books.counter).toBe(books.ledger);
}, 60_000);
