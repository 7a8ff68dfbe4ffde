import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import tasksClose from './handler.ts';

const tasks = serviceUnderTest('tasks');
const close = tasks.start(tasksClose);
const worker = person('worker');

/** A task as tasks-add leaves it. */
async function openTask(assignee: Person = worker): Promise<string> {
  const id = randomUUID();
  const at = '2026-11-23 10:00:00.000';
  await tasks.rows(
    'INSERT INTO tasks (id, title, description, status, user_id, fee, reward, created_by, created_at, assigned_at, version) ' +
      "VALUES (?, 'Title', '', 'open', ?, 1500, 3000, ?, ?, ?, 1)",
    [id, assignee.id, assignee.id, at, at],
  );
  return id;
}
const pathOf = (id: string) => `/api/tasks/${id}/close`;
const press = (id: string, as: Person = worker) => close.request('POST', pathOf(id), { as });
const closings = async () => (await tasks.rows("SELECT count(*) AS n FROM task_history WHERE kind = 'closed'"))[0].n;

keepsTheCommandPromises(
  close,
  { method: 'POST', path: async () => pathOf(await openTask()), body: {}, as: worker },
  closings,
);

it('closing writes the task, its history and an event with the reward, in one transaction', async () => {
  const id = await openTask();
  const { status, body } = await press(id);

  expect(status).toBe(200);
  expect(body).toMatchObject({ id, status: 'closed', version: 2, feeCents: 1_500, rewardCents: 3_000 });
  const history = await tasks.rows('SELECT version, kind, user_id, by_user_id FROM task_history WHERE task_id = ?', [
    id,
  ]);
  expect(history).toEqual([{ version: 2, kind: 'closed', user_id: worker.id, by_user_id: worker.id }]);
  const told = await tasks.rows('SELECT envelope FROM outbox WHERE envelope LIKE ?', [`%${id}%`]);
  const [event] = told.map(({ envelope }) => JSON.parse(envelope));
  expect(told).toHaveLength(1);
  expect(taskClosedV2.problemWith(event)).toBeNull();
  expect(event).toMatchObject({
    subject: id,
    time: body.closedAt,
    data: { userId: worker.id, rewardCents: 3_000, version: 2 },
  });
});

it('closing again is refused and earns nothing', async () => {
  const id = await openTask();
  await press(id);
  for (let n = 0; n < 3; n += 1)
    expect(await press(id)).toMatchObject({ status: 409, body: { type: '/problems/task-closed' } });
  expect(await tasks.rows('SELECT 1 FROM outbox WHERE envelope LIKE ?', [`%${id}%`])).toHaveLength(1);
});

it.each(['worker', 'manager', 'admin'] as const)(
  'only the assignee closes: a %s who is not gets 403, whether it is open or not',
  async (role) => {
    const id = await openTask();
    const stranger = person(role);
    expect(await press(id, stranger)).toMatchObject({ status: 403, body: { type: '/problems/not-the-assignee' } });
    await press(id);
    expect((await press(id, stranger)).status).toBe(403);
  },
);

it('a manager closes a task that is the manager’s own', async () => {
  const manager = person('manager');
  expect((await press(await openTask(manager), manager)).status).toBe(200);
});

it('twenty closings at once: one succeeds, the others are told that it is closed', async () => {
  const id = await openTask();
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await press(id)).status));
  expect(statuses.sort()).toEqual([200, ...Array(19).fill(409)]);
});

it.each([randomUUID(), '1', '0', '-1', '%', '*', '{}', `{${randomUUID()}}`, 'me'])(
  'the task %s is not there',
  async (id) => {
    expect((await press(id)).status).toBe(404);
  },
);
