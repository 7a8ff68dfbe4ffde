import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { User } from '#contracts/rest/auth';
import { CALLER_KEY, person, serviceUnderTest } from '#platform/testing/service-under-test';
import authApi from './handler.ts';

const auth = serviceUnderTest('auth');
const { request } = auth.start(authApi);

const admin = person('admin');
const worker = person('worker');
const ids: Record<string, string> = {};

beforeAll(async () => {
  const people = [
    [worker.id, 'worker', 'active', 'Аня'],
    [randomUUID(), 'worker', 'active', 'Боря 100%'],
    [randomUUID(), 'worker', 'disabled', 'Вера'],
    [randomUUID(), 'manager', 'active', 'Гриша'],
    [admin.id, 'admin', 'active', 'Дина'],
  ];
  for (const [id = '', role, status, name = ''] of people) {
    ids[name] = id;
    await auth.rows(
      'INSERT INTO users (id, email, role, status, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?, "-", NOW())',
      [id, `${id.slice(0, 8)}@ates.example`, role, status, name],
    );
  }
});

const list = async (query: string, options: object = { as: worker }) =>
  (await request('GET', `/api/auth/users${query}`, options)).body;
const names = (body: { items: User[] }) => body.items.map((user) => user.name);

it('everybody sees active users by name, with id, name and role only', async () => {
  const body = await list('');
  expect(names(body)).toEqual(['Аня', 'Боря 100%', 'Гриша', 'Дина']);
  expect(Object.keys(body.items[1])).toEqual(['id', 'name', 'role']);
});

it('an admin and a service inside see all users with all fields', async () => {
  for (const options of [{ as: admin }, { headers: { 'x-ates-caller-key': CALLER_KEY } }]) {
    const body = await list('', options);
    expect(names(body)).toContain('Вера');
    expect(body.items[0]).toHaveProperty('email');
  }
});

it('the list of performers is the active workers', async () => {
  const body = await list('?role=worker&status=active&limit=5000', { headers: { 'x-ates-caller-key': CALLER_KEY } });
  expect(names(body)).toEqual(['Аня', 'Боря 100%']);
});

it('ids name disabled users too; q finds parts of names in any case, and % stands for itself', async () => {
  expect(names(await list(`?ids=${ids.Вера},${ids.Аня}`))).toEqual(['Аня', 'Вера']);
  expect(names(await list('?q=БОР'))).toEqual(['Боря 100%']);
  expect(names(await list('?q=%25'))).toEqual(['Боря 100%']);
  expect(names(await list('?q=ates.example'))).toEqual([]);
  expect(names(await list('?q=ates.example', { as: admin }))).toHaveLength(5);
  expect(names(await list('?status=disabled'))).toEqual([]);
});

it.each(['active', 'disabled'])('whether somebody is %s is told to nobody who names an id', async (status) => {
  const path = `/api/auth/users?ids=${ids.Вера}&status=${status}`;
  expect((await request('GET', path, { as: person('worker') })).status).toBe(422);
});

it('pages follow each other without gap or repeat; a cursor belongs to its reader and filters', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const body = await list(`?limit=1${cursor}`);
    seen.push(...names(body));
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor);
  expect(seen).toEqual(['Аня', 'Боря 100%', 'Гриша', 'Дина']);
  const { nextCursor } = await list('?limit=1');
  expect(
    (await request('GET', `/api/auth/users?limit=1&role=worker&cursor=${nextCursor}`, { as: worker })).status,
  ).toBe(422);
  expect((await request('GET', `/api/auth/users?limit=1&cursor=${nextCursor}`, { as: person('worker') })).status).toBe(
    422,
  );
});

it.each([
  '?limit=0',
  '?limit=201',
  '?limit=-1',
  '?limit=1e3',
  '?limit=1;select',
  '?limit=1&limit=2',
  '?role=boss',
  '?ids=1',
  '?cursor=x',
  '?x=1',
  '?q=',
])('%s is refused', async (query) => {
  const answer = await request('GET', `/api/auth/users${query}`, { as: worker });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: expect.stringMatching(/^\?/) }] } });
});

it('one user: own and admin in full, others by name; what is no id or nobody is 404', async () => {
  expect((await request('GET', `/api/auth/users/${worker.id}`, { as: worker })).body).toHaveProperty('email');
  expect((await request('GET', `/api/auth/users/${admin.id}`, { as: worker })).body).toEqual({
    id: admin.id,
    name: 'Дина',
    role: 'admin',
  });
  for (const id of [randomUUID(), '1', '..', `{${admin.id}}`, admin.id.toUpperCase()]) {
    expect((await request('GET', `/api/auth/users/${encodeURIComponent(id)}`, { as: worker })).status).toBe(404);
  }
});

it('a reader who has the answer already gets 304', async () => {
  const { headers } = await request('GET', '/api/auth/users', { as: worker });
  const again = await request('GET', '/api/auth/users', {
    as: worker,
    headers: { 'if-none-match': headers.etag as string },
  });
  expect(again).toMatchObject({ status: 304, body: '' });
});
