import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { lossyWay } from '#platform/testing/lossy-way';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import { authStandIn } from '../auth-stand-in.ts';
import tasksAdd from './handler.ts';

const auth = authStandIn();
const tasks = serviceUnderTest('tasks');
const way = lossyWay(() => tasks.databaseUrl());
const add = tasks.start(tasksAdd, () => ({ ...auth.env(), ...way.env() }));

const manager = person('manager');
const taskCount = async () => (await tasks.rows('SELECT count(*) AS n FROM tasks'))[0].n;
const post = (body: object, as = manager) => add.request('POST', '/api/tasks', { as, body });

beforeEach(() => {
  auth.workers = [randomUUID(), randomUUID(), randomUUID()];
  auth.away = false;
});

keepsTheCommandPromises(
  add,
  { method: 'POST', path: '/api/tasks', body: { title: 'Покормить попугая' }, as: manager },
  taskCount,
);

it.each([
  { when: 'before', made: 0 },
  { when: 'after', made: 1 },
] as const)('a connection lost $when COMMIT: nobody is told that it failed', async ({ when, made }) => {
  const before = await taskCount();
  way.cut(when);
  expect(await post({ title: 'Unknown' })).toMatchObject({ status: 504, body: { type: '/problems/outcome-unknown' } });
  expect(await taskCount()).toBe(before + made);
});

it.each(['before', 'after'] as const)('a connection lost %s COMMIT: with a key it is made once', async (when) => {
  const [before, headers] = [await taskCount(), { 'idempotency-key': randomUUID() }];
  const send = () => add.request('POST', '/api/tasks', { as: manager, body: { title: 'Once' }, headers });
  way.cut(when);
  const { status, body } = await send();
  expect({ status, isCut: way.isCut() }).toEqual({ status: 201, isCut: true });
  expect((await send()).body).toEqual(body);
  expect(await taskCount()).toBe(before + 1);
});

it('a new task has an assignee, a price, a history and an event, all of one transaction', async () => {
  const { status, body: task } = await post({
    title: '  Cafe\u0301 ',
    jiraId: 'ATES-1',
    description: 'line 1\nline 2',
  });

  expect(status).toBe(201);
  expect(task).toMatchObject({ title: 'Café', jiraId: 'ATES-1', status: 'open', version: 1, closedAt: null });
  const [row] = await tasks.rows('SELECT user_id, fee, reward FROM tasks WHERE id = ?', [task.id]);
  expect(row).toEqual({ user_id: task.userId, fee: task.feeCents, reward: task.rewardCents });
  const history = await tasks.rows('SELECT version, kind, user_id, by_user_id FROM task_history WHERE task_id = ?', [
    task.id,
  ]);
  expect(history).toEqual([{ version: 1, kind: 'assigned', user_id: task.userId, by_user_id: manager.id }]);
  const told = (await tasks.rows('SELECT id, type, envelope, state FROM outbox')).filter((event) =>
    event.envelope.includes(task.id),
  );
  expect(told).toMatchObject([{ type: 'tasks.task-assigned.v2', state: 'pending' }]);
  const event = JSON.parse(told[0].envelope);
  expect(taskAssignedV2.problemWith(event)).toBeNull();
  expect(event).toMatchObject({ id: told[0].id, subject: task.id, time: task.assignedAt });
  expect(event.data).toMatchObject({ userId: task.userId, feeCents: task.feeCents, rewardCents: task.rewardCents });
});

it('a worker who adds a task sees its amounts only when it is the assignee', async () => {
  const worker = person('worker');
  auth.workers = [randomUUID()];
  const elsewhere = await post({ title: 'For somebody else' }, worker);
  expect(elsewhere.body).not.toHaveProperty('feeCents');
  expect(elsewhere.body).not.toHaveProperty('rewardCents');
});

it.each([
  ['[ATES-1] Title', '/title', /jiraId/],
  ['Title]', '/title', /jiraId/],
  ['   ', '/title', /.+/],
  ['x'.repeat(201), '/title', /.+/],
  ['two\nlines', '/title', /.+/],
  ['a\u0000b', '/title', /.+/],
  ['\ud800', '/title', /.+/],
  [['Title'], '/title', /.+/],
  [7, '/title', /.+/],
])('the title %j is refused with a hint, and there is no task', async (title, pointer, hint) => {
  const before = await taskCount();
  const { status, body } = await post({ title });
  expect(status).toBe(422);
  expect(body.errors).toEqual([{ pointer, detail: expect.stringMatching(hint) }]);
  expect(await taskCount()).toBe(before);
});

it.each([
  ['x'.repeat(200)],
  ['🦜'.repeat(200)],
  ["'; DROP TABLE tasks; --"],
  ['<script>alert(1)</script>'],
  ['100 % _ \\ "quoted"'],
  ['\u202eright to left'],
])('the title %j is stored and answered as it is', async (title) => {
  const { status, body } = await post({ title });
  expect({ status, title: body.title }).toEqual({ status: 201, title });
});

it.each(['abc-1', 'ABC', 'ABC-0', 'ABC-', `A-${'1'.repeat(31)}`])('the Jira id %j is refused', async (jiraId) => {
  expect(await post({ title: 'Title', jiraId })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/jiraId' }] },
  });
});

it.each(['userId', 'status', 'feeCents', 'rewardCents', 'createdAt', 'constructor', 'toString'])(
  'a caller cannot set %s',
  async (field) => {
    const answer = await post({ title: 'Title', [field]: 1_000 });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: `/${field}`, detail: 'is not a field' }] },
    });
  },
);

it('asks Auth for active workers as a service, and lives on the last list while Auth is away', async () => {
  await post({ title: 'One' });
  auth.away = true;
  expect((await post({ title: 'Two' })).status).toBe(201);
  expect(auth.asked.at(-1)).toBe('true /api/auth/users?role=worker&status=active&limit=5000');
});
