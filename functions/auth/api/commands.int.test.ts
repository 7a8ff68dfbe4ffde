import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import { hashPassword } from '../password.ts';
import authSession from '../session/handler.ts';
import authApi from './handler.ts';

const auth = serviceUnderTest('auth');
const { request, ...api } = auth.start(authApi);
const session = auth.start(authSession);
const PASSWORD = 'pässword of a popug';
const admin = person('admin');
let passwordHash = '';

async function plant(
  user: Person,
  more: { email?: string; status?: string } = {},
): Promise<Person & { email: string }> {
  const email = more.email ?? `${user.id}@ates.example`;
  await auth.rows('INSERT INTO users (id, email, role, status, name, password_hash, created_at) VALUES (?)', [
    [user.id, email, user.role, more.status ?? 'active', 'Кеша', passwordHash, '2026-11-01'],
  ]);
  return { ...user, email };
}

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
  await plant(admin);
});
beforeEach(() => auth.rows('DELETE FROM sign_in_attempts'));

const userCount = async () => (await auth.rows('SELECT count(*) AS n FROM users'))[0].n;
const newUser = (changes: object = {}) => ({
  ...{ name: 'Рио', email: `${randomUUID()}@ates.example`, role: 'worker', password: PASSWORD },
  ...changes,
});
const add = (body: object, as: Person = admin) => request('POST', '/api/auth/users', { as, body });
const change = (id: string, body: object, as: Person = admin, headers = {}) =>
  request('PATCH', `/api/auth/users/${id}`, { as, body, headers: { 'x-forwarded-for': randomUUID(), ...headers } });
const signIn = (email: string, password: string) =>
  session.request('POST', '/api/auth/session', {
    body: { email, password },
    headers: { 'x-forwarded-for': randomUUID() },
  });

describe('adding a user', () => {
  const path = '/api/auth/users';
  keepsTheCommandPromises({ request, ...api }, { method: 'POST', path, body: () => newUser(), as: admin }, userCount);

  it('the user can sign in, in Russian unless said otherwise', async () => {
    const body = newUser();
    const { status, body: user } = await add(body);
    expect(status).toBe(201);
    expect(user).toMatchObject({ email: body.email, name: 'Рио', role: 'worker', status: 'active', locale: 'ru' });
    expect((await signIn(String(body.email), PASSWORD)).status).toBe(200);
  });

  it.each(['worker', 'manager', 'accountant', 'executive'] as const)('is not for a %s', async (role) => {
    expect((await add(newUser(), person(role))).status).toBe(403);
  });

  it('an e-mail that somebody has is refused however it is typed; look-alikes of another alphabet are another’s', async () => {
    const local = `boss-${randomUUID()}`;
    expect((await add(newUser({ email: `${local}@x.example` }))).status).toBe(201);
    for (const typed of [
      `${local.toUpperCase()}@X.example`,
      ` ${local}@x.example `,
      `${local.replace('o', 'ó')}@x.example`,
    ]) {
      expect(await add(newUser({ email: typed })), typed).toMatchObject({
        status: 409,
        body: { type: '/problems/email-taken' },
      });
    }
    expect((await add(newUser({ email: `${local.replace('o', 'о')}@x.example` }))).status).toBe(201); // a Cyrillic о
  });

  it('two of the same e-mail at once: one is added', async () => {
    const body = newUser();
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await add(body)).status));
    expect(statuses.sort()).toEqual([201, 409, 409, 409]);
  });

  it.each([
    ...[
      '@',
      'a@',
      '@b',
      'a@[127.0.0.1]',
      '"a b"@c',
      'a@b,c@d',
      'a@b>',
      '<>',
      'a b@c.d',
      'a@b.c\r\nBcc: x@y.z',
      'a@b.c\nx',
    ],
    ...[
      '.a@b.c',
      'a.@b.c',
      'a..b@c.d',
      'a@-b.c',
      'ａ@b.c',
      `${'x'.repeat(250)}@b.c`,
      `${'x'.repeat(65)}@b.c`,
      'a@b@c',
      'a@b.c.',
    ],
  ])('the e-mail %j is refused', async (bad) => {
    expect(await add(newUser({ email: bad }))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/email' }] },
    });
  });

  it.each(['o’brien+x@b.example', 'кеша@попугаи.рф', "a'b!#$%&*/=?^_`{|}~-@b.example"])(
    'the e-mail %j is taken',
    async (good) => {
      const unique = good.replace('@', `${randomUUID().slice(0, 8)}@`);
      expect((await add(newUser({ email: unique.replace('’', "'") }))).status).toBe(201);
    },
  );

  it.each([
    ['nine char', 422],
    ['ten  chars', 201],
    ['🦜'.repeat(10), 422], // one thing, over and over
    ['x7#kQ2!mZp'.repeat(12).concat('12345678'), 201],
    ['x'.repeat(128), 201],
    ['x'.repeat(129), 422],
    ['Password123', 422],
    ['1234567890', 422],
  ])('the password %j: %i', async (password, status) => expect((await add(newUser({ password }))).status).toBe(status));

  it.each([
    [{ name: '' }, '/name'],
    [{ name: 'a\nb' }, '/name'],
    [{ name: 'a\r\nBcc: x@y.z' }, '/name'],
    [{ role: 'root' }, '/role'],
    [{ locale: 'de' }, '/locale'],
    [{ status: 'active' }, '/status'],
    [{ id: randomUUID() }, '/id'],
  ])('%j is refused', async (wrong, pointer) => {
    const { status, body } = await add(newUser(wrong));
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer.replace(/\/\d+$/, ''))).toContain(pointer);
  });
});

describe('changing a user', () => {
  it('an admin changes name, role, status and language; what was begun under another role ends', async () => {
    const user = await plant(person('worker'));
    const signedIn = await signIn(user.email, PASSWORD);
    const renewal = /ates_renew=([^;]+)/.exec(String(signedIn.headers['set-cookie']))?.[1];
    const renew = async () =>
      (await session.request('PUT', '/api/auth/session', { headers: { cookie: `ates_renew=${renewal}` } })).status;

    expect((await change(user.id, { name: 'Гоша', locale: 'en' })).body).toMatchObject({ name: 'Гоша', locale: 'en' });
    expect(await renew()).toBe(200); // a new name ends nothing
    expect((await change(user.id, { role: 'manager' })).body).toMatchObject({ role: 'manager' });
    expect(await renew()).toBe(401);
    expect((await change(user.id, { status: 'disabled' })).status).toBe(200);
    expect((await signIn(user.email, PASSWORD)).status).toBe(401);
  });

  it('people change their own language, and their password with the one before, which ends their sessions', async () => {
    const user = await plant(person('worker'));
    expect((await change(user.id, { locale: 'en' }, user)).body).toMatchObject({ locale: 'en' });
    const password = 'another popug password';
    expect((await change(user.id, { password }, user)).body.errors).toMatchObject([{ pointer: '/currentPassword' }]);
    const wrong = await change(user.id, { password, currentPassword: 'wrong' }, user);
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/currentPassword' }] } });
    const key = { 'idempotency-key': randomUUID() };
    expect((await change(user.id, { password, currentPassword: PASSWORD }, user, key)).status).toBe(200);
    // The same command again is answered as it was, though the password it names is no longer the one before.
    const again = await change(user.id, { password, currentPassword: PASSWORD }, user, key);
    expect(again).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    expect((await signIn(user.email, PASSWORD)).status).toBe(401);
    expect((await signIn(user.email, password)).status).toBe(200);
  });

  it('a wrong present password is refused with whatever else is changed', async () => {
    const user = await plant(person('worker'));
    const answer = await change(user.id, { locale: 'en', currentPassword: 'wrong' }, user);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/currentPassword' }] } });
  });

  it('content is judged before a key that came with another one', async () => {
    const user = await plant(person('worker'));
    const headers = { 'idempotency-key': randomUUID() };
    const send = (body: object) => request('PATCH', `/api/auth/users/${user.id}`, { as: admin, body, headers });
    expect((await send({ name: 'Гоша' })).status).toBe(200);
    expect((await send({ password: 'password123' })).status).toBe(422);
    expect((await send({ name: 'Кеша' })).status).toBe(409);
  });

  it('guessing the password of a session left open is slowed down like signing in', async () => {
    const user = await plant(person('worker'));
    const guess = () =>
      change(user.id, { password: 'another popug password', currentPassword: 'guess' }, user, {
        'x-forwarded-for': '10.1.1.1',
      });
    for (let n = 0; n < 10; n += 1) expect((await guess()).status).toBe(422);
    expect(await guess()).toMatchObject({ status: 429, body: { type: '/problems/too-many-sign-ins' } });
  });

  it.each([{ role: 'admin' }, { status: 'disabled' }, { name: 'Me' }, { locale: 'en', role: 'admin' }])(
    'nobody but an admin may set %j of themselves',
    async (changes) => {
      const user = await plant(person('manager'));
      expect((await change(user.id, changes, user)).status).toBe(403);
    },
  );

  it('nobody but an admin changes another; who is not there is 404; nothing at all is refused', async () => {
    const user = await plant(person('worker'));
    expect((await change(user.id, { locale: 'en' }, person('manager'))).status).toBe(403);
    expect((await change(randomUUID(), { locale: 'en' })).status).toBe(404);
    expect((await change('1', { locale: 'en' })).status).toBe(404);
    expect((await change(user.id, {})).status).toBe(422);
    expect((await change(user.id, { email: 'a@b.example' })).status).toBe(422);
  });

  it('the last active admin stays one, also when two of them are demoted at once', async () => {
    expect(await change(admin.id, { role: 'worker' })).toMatchObject({
      status: 409,
      body: { type: '/problems/last-admin' },
    });
    expect((await change(admin.id, { status: 'disabled' })).status).toBe(409);
    await plant(person('admin'), { status: 'disabled' }); // one who is disabled does not count
    expect((await change(admin.id, { role: 'worker' })).status).toBe(409);
    const second = await plant(person('admin'));
    const both = await Promise.all([
      change(admin.id, { role: 'worker' }, second),
      change(second.id, { role: 'worker' }, admin),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    await auth.rows("UPDATE users SET role = 'admin' WHERE id = ?", [admin.id]);
  });
});
