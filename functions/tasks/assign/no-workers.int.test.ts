import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import { authStandIn } from '../auth-stand-in.ts';
import tasksAssign from './handler.ts';

const auth = authStandIn();
const tasks = serviceUnderTest('tasks');
const assign = tasks.start(tasksAssign, auth.env);

it('with no active worker nothing is given out, neither one task nor all, and nothing is changed', async () => {
  const id = randomUUID();
  const at = '2026-11-23 10:00:00.000';
  await tasks.rows(
    'INSERT INTO tasks (id, title, description, status, user_id, fee, reward, created_by, created_at, assigned_at, version) VALUES (?)',
    [[id, 'Title', '', 'open', id, 1_500, 3_000, id, at, at, 1]],
  );
  for (const path of [`/api/tasks/${id}/assign`, '/api/tasks/reassignments']) {
    const answer = await assign.request('POST', path, { as: person('manager'), body: {} });
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/no-active-worker' } });
  }
  const [changed] = await tasks.rows(
    'SELECT (SELECT sum(version) FROM tasks) AS versions, (SELECT count(*) FROM outbox) AS told, (SELECT count(*) FROM reassignments) AS jobs',
  );
  expect(changed).toEqual({ versions: '1', told: 0, jobs: 0 });
});
