import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { atRest } from '../faults/load.ts';
import { Visitor } from './visitor.ts';

const until = expect.poll;

it('one task from the button to the ledger: added, given to a worker, charged, told by the account', async () => {
  const manager = await Visitor.signIn('manager');
  const title = `Feed the parrots ${randomUUID()}`;
  const { status, body: task } = await manager.send('POST', '/api/tasks', { title, jiraId: 'ATES-1' });
  expect(status).toBe(201);

  const worker = await Visitor.signInById(task.userId);
  await until(async () => (await worker.get('/api/accounts/me/transactions')).body.items).toContainEqual(
    expect.objectContaining({
      kind: 'fee',
      taskId: task.id,
      taskTitle: title,
      jiraId: 'ATES-1',
      sumCents: -task.feeCents,
    }),
  );
  const { body: statement } = await worker.get('/api/accounts/me/transactions?limit=200');
  const { body: account } = await worker.get('/api/accounts/me');
  expect(account.balanceCents).toBe(statement.items[0].balanceCents);
});

it('whoever closes a task earns its reward once, however often it is pressed', async () => {
  const manager = await Visitor.signIn('manager');
  const { body: task } = await manager.send('POST', '/api/tasks', { title: `Close me ${randomUUID()}` });
  const worker = await Visitor.signInById(task.userId);
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    statuses.push((await worker.send('POST', `/api/tasks/${task.id}/close`, {})).status);
  }
  expect(statuses).toEqual([200, 409, 409, 409]);
  const own = async () =>
    (await worker.get('/api/accounts/me/transactions?limit=200')).body.items.filter(
      ({ taskId }: { taskId: string }) => taskId === task.id,
    );
  await atRest(); // a second reward would have come by then
  const sums = (await own()).map(({ sumCents }: { sumCents: number }) => sumCents);
  expect(sums.sort()).toEqual([-task.feeCents, task.rewardCents].sort());
});

it('the same key sent twenty times at once through nginx adds one task and charges once', async () => {
  const manager = await Visitor.signIn('manager');
  const headers = { 'idempotency-key': randomUUID() };
  const body = { title: `Once ${randomUUID()}` };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => manager.send('POST', '/api/tasks', body, headers)),
  );
  expect(new Set(answers.map(({ status, body: task }) => `${status} ${task.id}`)).size).toBe(1);
});

it.each([
  ['GET', '/api/nothing', 404, '/problems/not-found'],
  ['GET', '/api/tasks/', 404, '/problems/not-found'],
  ['PATCH', '/api/tasks', 405, '/problems/method-not-allowed'],
  ['GET', '/api/accounts/me', 401, '/problems/sign-in-needed'],
  ['GET', '/_/metrics', 404, '/problems/not-found'],
  ['POST', '/', 405, '/problems/method-not-allowed'],
  ['POST', '/function/accounts-record', 404, '/problems/not-found'],
  ['GET', '/.git/config', 404, '/problems/not-found'],
])('from outside %s %s answers %i', async (method, path, status, type) => {
  const answer = await Visitor.anonymous().send(method, path, method === 'GET' ? undefined : {});
  expect(answer.status).toBe(status);
  expect(answer.body.type).toBe(type);
  expect(answer.headers.get('x-trace-id')).toMatch(/^[\da-f]{32}$/);
  if (status === 405) expect(answer.headers.get('allow')).toBeTruthy();
});

it('headers that only parts inside may send are taken off at the entry', async () => {
  const { callerKey } = Visitor.run();
  const answer = await Visitor.anonymous().get('/api/auth/users', {
    'x-ates-caller-key': callerKey,
    'x-user-id': 'admin',
    'x-role': 'admin',
  });
  expect(answer.status).toBe(401);
});
