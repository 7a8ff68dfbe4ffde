import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { ates, startPart } from './command-line.ts';
import { Visitor } from './visitor.ts';

it('tells how every part is, without a password', async () => {
  const { code, output } = await ates('status');
  expect(code).toBe(0);
  for (const part of Object.keys(Visitor.run().parts)) expect(output).toMatch(new RegExp(`^${part} +running`, 'm'));
  expect(output).not.toContain(new URL(Visitor.run().databases.auth ?? '').password);
});

it('stop returns when a part is gone, and start when it answers again; others are not touched', async () => {
  const before = Visitor.run().parts;
  onTestFinished(() => startPart('tasks-api'));
  expect((await ates('stop', 'tasks-api')).code).toBe(0);
  const manager = await Visitor.signIn('manager');
  expect(await manager.get('/api/tasks')).toMatchObject({
    status: 503,
    body: { type: '/problems/temporarily-unavailable' },
  });
  expect((await ates('start', 'tasks-api')).code).toBe(0);
  expect((await manager.get('/api/tasks')).status).toBe(200);
  expect(Visitor.run().parts['tasks-add']?.pid).toBe(before['tasks-add']?.pid);
  expect(Visitor.run().parts['tasks-api']?.pid).not.toBe(before['tasks-api']?.pid);
});

it('the first admin of a system is made at the command line, and can sign in', async () => {
  const email = `${randomUUID()}@ates.example`;
  const { code, output } = await ates('create-admin', email);
  expect(code).toBe(0);
  const password = /password (\S+)/.exec(output)?.[1];
  const session = await Visitor.anonymous().send('POST', '/api/auth/session', { email, password });
  expect(session).toMatchObject({ status: 200, body: { role: 'admin', email } });
  expect(await ates('create-admin', email)).toMatchObject({ code: 2, output: expect.stringContaining('already') });
  expect((await ates('create-admin', 'nobody')).code).toBe(2);
});

it.each([[['fly']], [['kill']], [['stop', 'nobody']], [['logs', '../secrets']], [['status', 'x', 'y']]])(
  'ates %j is refused with 2 and says what there is',
  async (args) => expect((await ates(...args)).code).toBe(2),
);
