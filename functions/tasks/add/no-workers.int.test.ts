import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import tasksAdd from './handler.ts';

let answer = { status: 503, body: '' };
const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

const tasks = serviceUnderTest('tasks');
const add = tasks.start(tasksAdd, () => ({
  ATES_URL_AUTH_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
}));
const post = () => add.request('POST', '/api/tasks', { as: person('admin'), body: { title: 'For nobody' } });
const changed = async () =>
  (await tasks.rows('SELECT (SELECT count(*) FROM tasks) + (SELECT count(*) FROM outbox) AS n'))[0].n;

it('while Auth was never reached a task is refused with 503 and Retry-After, and nothing is changed', async () => {
  expect(await post()).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
    body: { type: '/problems/temporarily-unavailable' },
  });
  expect(await changed()).toBe(0);
});

it('an answer of another shape is no list of workers', async () => {
  answer = { status: 200, body: '<html>welcome</html>' };
  expect(await post()).toMatchObject({ status: 503 });
});

it('with no active worker a task is refused with 409, and nothing is changed', async () => {
  answer = { status: 200, body: JSON.stringify({ items: [], nextCursor: null }) };
  expect(await post()).toMatchObject({ status: 409, body: { type: '/problems/no-active-worker' } });
  expect(await changed()).toBe(0);
});
