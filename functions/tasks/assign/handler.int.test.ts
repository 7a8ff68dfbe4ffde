import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import tasksApi from '../api/handler.ts';
import { authStandIn } from '../auth-stand-in.ts';
import tasksClose from '../close/handler.ts';
import tasksAssign from './handler.ts';

const auth = authStandIn();
auth.workers = Array.from({ length: 5 }, () => randomUUID()); // the same for all tests: the function keeps the list for 5 s
const tasks = serviceUnderTest('tasks');
const assign = tasks.start(tasksAssign, auth.env);
const api = tasks.start(tasksApi, auth.env);
const close = tasks.start(tasksClose);
const manager = person('manager');
const worker = person('worker');

async function openTasks(count: number, userId = worker.id): Promise<string[]> {
  const at = '2026-11-23 10:00:00.000';
  const rows = Array.from({ length: count }, () => [
    randomUUID(),
    'Title',
    '',
    'open',
    userId,
    1_500,
    3_000,
    userId,
    at,
    at,
    1,
  ]);
  for (let n = 0; n < rows.length; n += 1_000) {
    await tasks.rows(
      'INSERT INTO tasks (id, title, description, status, user_id, fee, reward, created_by, created_at, assigned_at, version) VALUES ?',
      [rows.slice(n, n + 1_000)],
    );
  }
  return rows.map(([id]) => id as string);
}
const one = async (sql: string, values: unknown[] = []) => (await tasks.rows(sql, values))[0];
const begin = () => assign.request('POST', '/api/tasks/reassignments', { as: manager, body: {} });
const jobOf = async (id: string) => (await api.request('GET', `/api/tasks/reassignments/${id}`, { as: manager })).body;
const finished = (id: string) => expect.poll(async () => (await jobOf(id)).state, { timeout: 15_000 }).toBe('done');

beforeEach(async () => {
  await expect.poll(async () => (await one('SELECT count(*) AS n FROM reassignments WHERE running = 1')).n).toBe(0);
  for (const table of ['tasks', 'task_history', 'outbox']) await tasks.rows(`DELETE FROM ${table}`);
});

describe('one task', () => {
  const press = (id: string, as = manager) => assign.request('POST', `/api/tasks/${id}/assign`, { as });

  keepsTheCommandPromises(
    assign,
    { method: 'POST', path: async () => `/api/tasks/${(await openTasks(1))[0]}/assign`, body: {}, as: manager },
    async () => (await one('SELECT count(*) AS n FROM task_history')).n,
  );

  it('goes to a worker who is told of, at its own price, and its history tells whose it was', async () => {
    const [id = ''] = await openTasks(1);
    const { status, body } = await press(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 2, feeCents: 1_500, status: 'open' });
    expect(auth.workers).toContain(body.userId);
    expect(
      await one('SELECT user_id, from_user_id, by_user_id, version FROM task_history WHERE task_id = ?', [id]),
    ).toEqual({
      ...{ user_id: body.userId, from_user_id: worker.id, by_user_id: manager.id, version: 2 },
    });
    const { envelope } = await one('SELECT envelope FROM outbox');
    expect(JSON.parse(envelope)).toMatchObject({
      type: 'tasks.task-assigned.v2',
      data: { userId: body.userId, feeCents: 1_500, version: 2 },
    });
  });

  it('that is closed stays; there must be such a task', async () => {
    const [id = ''] = await openTasks(1);
    await close.request('POST', `/api/tasks/${id}/close`, { as: worker });
    expect(await press(id)).toMatchObject({ status: 409, body: { type: '/problems/task-closed' } });
    expect((await press(randomUUID())).status).toBe(404);
  });

  it.each(['worker', 'accountant', 'executive'] as const)('is not given out by a %s', async (role) => {
    const [id = ''] = await openTasks(1);
    expect((await press(id, person(role))).status).toBe(403);
    expect((await assign.request('POST', '/api/tasks/reassignments', { as: person(role), body: {} })).status).toBe(403);
  });

  it('is either closed or given on, never both', async () => {
    for (let n = 0; n < 20; n += 1) {
      const [id = ''] = await openTasks(1);
      const [closed, given] = await Promise.all([
        close.request('POST', `/api/tasks/${id}/close`, { as: worker }),
        press(id),
      ]);
      const versions = (
        await tasks.rows('SELECT version, kind FROM task_history WHERE task_id = ? ORDER BY version', [id])
      ).map(({ version, kind }) => `${version} ${kind}`);
      if (given.status === 409) expect([closed.status, versions]).toEqual([200, ['2 closed']]);
      else if (closed.status === 403) expect(versions).toEqual(['2 assigned']);
      else expect([given.status, closed.status, versions]).toEqual([200, 200, ['2 assigned', '3 closed']]); // drawn again
    }
  });
});

describe('all open tasks', () => {
  it('each goes to a worker once, with history, event and price; the job tells how many each got', async () => {
    const ids = await openTasks(1_234);
    const [closed = ''] = ids;
    await close.request('POST', `/api/tasks/${closed}/close`, { as: worker });
    await tasks.rows('DELETE FROM outbox');

    const preview = await api.request('GET', '/api/tasks/reassignments/preview', { as: manager });
    expect(preview.body).toMatchObject({ tasks: 1_233, feesCents: 1_233 * 1_500 });
    const { status, body: job } = await begin();
    expect(status).toBe(202);
    expect(job).toMatchObject({ state: 'running', total: 1_233, byUserId: manager.id });
    await finished(job.id);

    const done = await jobOf(job.id);
    expect(done).toMatchObject({ total: 1_233, done: 1_233, skipped: 0, feesCents: 1_233 * 1_500 });
    expect(done.byWorker.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(1_233);
    for (const { userId, count } of done.byWorker) {
      expect((await one("SELECT count(*) AS n FROM tasks WHERE user_id = ? AND status = 'open'", [userId])).n).toBe(
        count,
      );
    }
    expect((await one("SELECT count(*) AS n FROM tasks WHERE version = 2 AND status = 'open'")).n).toBe(1_233);
    expect(
      (await one('SELECT count(DISTINCT task_id) AS n FROM task_history WHERE from_user_id = ?', [worker.id])).n,
    ).toBe(1_233);
    expect((await one('SELECT count(DISTINCT JSON_VALUE(envelope, "$.subject")) AS n FROM outbox')).n).toBe(1_233);
    expect((await one('SELECT version FROM tasks WHERE id = ?', [closed])).version).toBe(2); // it was only closed
  });

  it('pressed twenty times at once one job runs, and everybody is shown it', async () => {
    await openTasks(8_000); // so many that the job still runs when the last press comes
    const answers = await Promise.all(Array.from({ length: 20 }, begin));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await finished(answers[0]?.body.id);
    expect((await one('SELECT max(version) AS n FROM tasks')).n).toBe(2);
  });

  it('a job whose process died is gone on with by the timer, from where it was', async () => {
    const ids = (await openTasks(600)).sort();
    const half = ids[299] as string;
    await tasks.rows(
      'INSERT INTO reassignments (id, state, running, total, done, fees, by_user_id, started_at, cursor_task_id) VALUES (?)',
      [[randomUUID(), 'running', 1, 600, 300, 450_000, manager.id, '2026-11-24 00:00:00', half]],
    );
    const poked = await assign.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });
    expect(poked.status).toBe(202);
    await expect
      .poll(async () => (await one('SELECT count(*) AS n FROM reassignments WHERE running = 1')).n, { timeout: 10_000 })
      .toBe(0);
    expect((await one('SELECT count(*) AS n FROM tasks WHERE version = 2 AND id > ?', [half])).n).toBe(300);
    expect((await one('SELECT count(*) AS n FROM tasks WHERE version = 2 AND id <= ?', [half])).n).toBe(0);
    expect(await one('SELECT done, total FROM reassignments ORDER BY finished_at DESC LIMIT 1')).toEqual({
      done: 600,
      total: 600,
    });
  });

  it('tasks that are closed meanwhile are skipped and cost nobody a fee', async () => {
    const ids = await openTasks(1_500);
    const { body: job } = await begin();
    await Promise.all(ids.slice(0, 60).map((id) => close.request('POST', `/api/tasks/${id}/close`, { as: worker })));
    await finished(job.id);
    const { done, skipped, total } = await jobOf(job.id);
    expect(done + skipped).toBe(total);
    const told = await one("SELECT count(*) AS n FROM outbox WHERE type = 'tasks.task-assigned.v2'");
    expect(told.n).toBe(done);
    // However each race went, a task's versions are one chain with at most one closing, which is last.
    const broken = await tasks.rows(
      "SELECT t.id FROM tasks t JOIN task_history h ON h.task_id = t.id GROUP BY t.id, t.version, t.status HAVING max(h.version) <> t.version OR sum(h.kind = 'closed') <> (t.status = 'closed')",
    );
    expect(broken).toEqual([]);
  });

  it('with nothing open it is done at once; jobs are listed, newest first', async () => {
    const { body: empty } = await begin();
    await finished(empty.id);
    expect(await jobOf(empty.id)).toMatchObject({ total: 0, done: 0, byWorker: [] });
    const { body: list } = await api.request('GET', '/api/tasks/reassignments?limit=1', { as: manager });
    expect(list.items).toMatchObject([{ id: empty.id }]);
  });
});

it('an empty POST without the timer’s topic is no way in', async () => {
  expect((await assign.request('POST', '/')).status).toBe(404);
});
