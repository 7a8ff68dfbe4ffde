import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Visitor } from '../flows/visitor.ts';
import { compose, timed } from './stack.ts';

const soon = { timeout: 20_000, interval: 200 };

/** A worker who has a card, has earned more than was charged, and whose account shows every task by now. */
async function earner(manager: Visitor): Promise<{ worker: Visitor; userId: string; balanceCents: number }> {
  for (let n = 0; n < 40; n += 1) {
    const { status, body: task } = await manager.send('POST', '/api/tasks', { title: `Newcomer ${randomUUID()}` });
    expect(status).toBe(201);
    const worker = await Visitor.signInById(task.userId);
    expect((await worker.send('POST', `/api/tasks/${task.id}/close`, {})).status).toBe(200);
    const rows = async () => (await worker.get('/api/accounts/me/transactions')).body.items as { taskId: string }[];
    await expect.poll(async () => (await rows()).filter(({ taskId }) => taskId === task.id).length, soon).toBe(2);
    const { balanceCents } = (await worker.get('/api/accounts/me')).body;
    const { status: card } = (await worker.get('/api/billing/me/card')).body;
    if (card === 'active' && balanceCents > 0) return { worker, userId: task.userId, balanceCents };
  }
  throw new Error('nobody earns anything');
}

it('the newcomer’s story: a task is added, closed and earned, the day is closed, the bank pays, a letter comes', async () => {
  for (const path of ['/', '/auth/', '/tasks/', '/accounts/']) {
    const page = await Visitor.anonymous().get(path);
    expect({ path, status: page.status, type: page.headers.get('content-type') }).toMatchObject({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
  }
  expect((await Visitor.anonymous().get('/readyz')).status).toBe(200);

  const manager = await Visitor.signIn('manager');
  const { worker, userId, balanceCents } = await earner(manager);

  const accountant = await Visitor.signIn('accountant');
  const today = (await worker.get('/api/accounts/me')).body.today.date;
  const closing = await accountant.send('POST', `/api/accounts/days/${today}/close`, { early: true });
  expect(closing.status).toBe(202);
  await expect.poll(async () => (await accountant.get(`/api/accounts/days/${today}`)).body.state, soon).toBe('closed');
  await expect.poll(async () => (await worker.get('/api/accounts/me')).body.balanceCents, soon).toBe(0);

  const payouts = async () => (await worker.get('/api/billing/payouts')).body.items;
  await expect.poll(payouts, soon).toMatchObject([{ amountCents: balanceCents, state: 'paid', cardLast4: '4242' }]);
  const [{ id }] = await payouts();
  const { inboxUrl, bankUrl } = Visitor.run();
  const journal = (await (await fetch(`${bankUrl}/journal`)).json()) as { key: string; amountCents: number }[];
  expect(journal.filter(({ key }) => key === id)).toMatchObject([{ amountCents: balanceCents }]);

  const email = (await (await Visitor.signIn('admin')).get(`/api/auth/users/${userId}`)).body.email;
  const letters = async () =>
    ((await (await fetch(`${inboxUrl}/api/messages`)).json()) as { to: string; text: string }[]).filter(({ to }) =>
      JSON.stringify(to).includes(email),
    );
  await expect.poll(async () => (await letters()).length, soon).toBe(1);
  expect((await letters())[0]?.text.replaceAll(/\s/g, '')).toContain(`${balanceCents / 100},00$`);

  const executive = await Visitor.signIn('executive');
  const days = async () => (await executive.get(`/api/analytics/days?from=${today}&to=${today}`)).body.items;
  await expect.poll(days, soon).toMatchObject([{ date: today, topTask: expect.anything() }]);
  const reconciliation = async () =>
    (await accountant.get(`/api/accounts/reconciliation?day=${today}`)).body.checks.filter(
      ({ ok }: { ok: boolean }) => !ok,
    );
  await expect.poll(reconciliation, { timeout: 60_000, interval: 1_000 }).toEqual([]);
});

it('down and up keep what there is: people, tasks, balances, letters, payouts and sessions', async () => {
  const manager = await Visitor.signIn('manager');
  const see = async () => {
    const worker = await Visitor.signIn('worker1');
    const { inboxUrl, bankUrl } = Visitor.run();
    return {
      tasks: (await manager.get('/api/tasks?limit=200')).body.items.map(({ id }: { id: string }) => id),
      account: (await worker.get('/api/accounts/me')).body.balanceCents,
      letters: ((await (await fetch(`${inboxUrl}/api/messages`)).json()) as unknown[]).length,
      transfers: await (await fetch(`${bankUrl}/journal`)).json(),
    };
  };
  const before = await see();
  expect(before.tasks.length).toBeGreaterThan(0);
  await timed('down', () => compose('down'));
  const seconds = await timed('ready again', () => compose('up', '--detach', '--wait'));
  expect(seconds).toBeLessThan(180); // a machine that is shared is slower than what docs/deploy.md tells
  expect((await manager.send('PUT', '/api/auth/session', {})).status).toBe(200); // the key that signs is the same
  expect(await see()).toEqual(before);
});
