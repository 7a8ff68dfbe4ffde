import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { exampleOf } from '#platform/testing/service-under-test';
import { ates } from './command-line.ts';
import { Visitor } from './visitor.ts';

const story = async (id: string) => (await ates('trace', id)).output;

async function put(queues: readonly string[], event: { id: string }): Promise<void> {
  const connection = await connect(Visitor.run().amqpUrl);
  const channel = await connection.createConfirmChannel();
  for (const queue of queues) {
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(event)), { persistent: true, messageId: event.id });
  }
  await channel.waitForConfirms();
  await connection.close();
}

it('from the click to the ledger row: one id, one story, in the order of time', async () => {
  const manager = await Visitor.signIn('manager');
  const added = await manager.send('POST', '/api/tasks', { title: `Traced ${randomUUID()}`, description: '' });
  expect(added.status).toBe(201);
  const id = added.headers.get('x-trace-id') ?? '';

  const parts = ['nginx', 'tasks-add', 'tasks: outbox', 'accounts-record', 'accounts: ledger'];
  await expect.poll(() => story(id), { timeout: 15_000 }).toMatch(/handled by accounts-record, analytics-aggregate$/m);
  const told = await story(id);
  for (const part of parts) expect(told, part).toMatch(new RegExp(`Z  ${part} +\\S`));
  expect(told).toMatch(/nginx +POST \/api\/tasks: 201 in \d+ ms/);
  expect(told).toContain(`about ${added.body.id}`);
  expect(told).toMatch(new RegExp(`ledger +fee -${(added.body.feeCents / 100).toFixed(2)}, .*${added.body.id}`));
  const times = [...told.matchAll(/^(\S+Z) {2}/gm)].map(([, time]) => time as string);
  expect(times).toEqual([...times].sort());
});

it('from the close of a day to the payout at the bank and the letter', async () => {
  const worker = (await (await Visitor.signIn('worker1')).get('/api/auth/session')).body.id as string;
  const id = randomBytes(16).toString('hex');
  const facts = { payoutId: randomUUID(), userId: worker, amountCents: 1_234, businessDate: '2001-02-03' };
  const event = exampleOf(payoutRequestedV1, facts, { traceparent: `00-${id}-${'1'.repeat(16)}-01` });
  await put(['billing-pay-out', 'mailer-send'], event);
  await expect.poll(() => story(id), { timeout: 20_000 }).toMatch(/mailer: letter +\S+ sent/);
  await expect.poll(() => story(id), { timeout: 20_000 }).toContain(`${event.data.payoutId} paid`);
  const told = await story(id);
  expect(told).toContain(`billing: payout       ${event.data.payoutId} of 12.34 for ${worker} asked for`);
  expect(told).toMatch(new RegExp(`billing: bank +sent under ${event.data.payoutId}, 1 times`));
  expect(told).not.toMatch(/\d{13,19}/); // no card number
});

it('an event that was parked is part of its story', async () => {
  const traceId = randomBytes(16).toString('hex');
  const event = { ...exampleOf(taskClosedV2, { rewardCents: 1 }), traceparent: `00-${traceId}-${'1'.repeat(16)}-01` };
  await put(['accounts-record'], event);
  await expect.poll(() => story(traceId), { timeout: 15_000 }).toMatch(/accounts-record\.dead +PARKED/);
  const dead = /dead show (\S+)\)/.exec(await story(traceId))?.[1] ?? '';
  expect((await ates('dead', 'drop', dead, '--reason', 'made by a test')).code).toBe(0);
});

it.each([['none'], ['xyz'], ['--since', 'yesterday'], ['0'.repeat(31)]])(
  'ates trace %s is refused with 2',
  async (...args) => {
    expect((await ates('trace', ...args)).code).toBe(2);
  },
);

it('of an id that nobody knows it says so', async () => {
  expect(await ates('trace', randomBytes(16).toString('hex'))).toMatchObject({
    code: 2,
    output: expect.stringContaining('Nothing is known'),
  });
});
