import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { lossyWay } from '#platform/testing/lossy-way';
import { type Person, person, serviceUnderTest, type TestAnswer } from '#platform/testing/service-under-test';
import { hashPassword } from '../password.ts';
import authSession from './handler.ts';

const auth = serviceUnderTest('auth');
const way = lossyWay(() => auth.databaseUrl());
const { request } = auth.start(authSession, () => ({ ATES_DEMO: 'on', ...way.env() }));

const PASSWORD = 'pässword of a popug';
let user: Person & { email: string };
let address = '';
let passwordHash = '';

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
});

beforeEach(async () => {
  user = { ...person('worker'), email: `${randomUUID()}@ates.example` };
  address = `10.0.0.${Math.random()}`;
  await auth.rows(
    "INSERT INTO users (id, email, role, name, status, password_hash, created_at) VALUES (?, ?, 'worker', 'Кеша', 'active', ?, NOW())",
    [user.id, user.email, passwordHash],
  );
});

const signIn = (email: unknown, password: unknown, from = address) =>
  request('POST', '/api/auth/session', { body: { email, password }, headers: { 'x-forwarded-for': from } });

/** The cookies that an answer sets, by name. */
function cookiesOf(answer: TestAnswer): Record<string, string> {
  const lines = answer.headers['set-cookie'] as string[];
  return Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
}
const cookieHeader = (answer: TestAnswer) =>
  Object.entries(cookiesOf(answer))
    .map(([name, value]) => `${name}=${value.split(';')[0]}`)
    .join('; ');

it('signs in by e-mail, whatever its case and the white space around it, and sets its cookies', async () => {
  const answer = await signIn(` ${user.email.toUpperCase()} `, PASSWORD);
  expect(answer).toMatchObject({
    status: 200,
    body: { id: user.id, role: 'worker', email: user.email, name: 'Кеша', locale: 'ru' },
  });
  const { ates_session: session, ates_renew: renewal, id, role, timeZone } = cookiesOf(answer);
  expect(session).toMatch(/^eyJ[^;]+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(renewal).toMatch(/^[\w-]{43}; Max-Age=2592000; Path=\/api\/auth\/session; HttpOnly; SameSite=Strict$/);
  expect(id).toBe(`${user.id}; Max-Age=2592000; Path=/; SameSite=Lax`);
  expect(role).toBe('worker; Max-Age=2592000; Path=/; SameSite=Lax');
  expect(timeZone).toBe('Europe/Moscow; Max-Age=2592000; Path=/; SameSite=Lax'); // in which pages write times
});

it.each(['before', 'after'] as const)(
  'a sign-in whose connection is lost %s COMMIT is told to be unknown, and can be repeated',
  async (when) => {
    way.cut(when, 'insert into `sessions`');
    expect(await signIn(user.email, PASSWORD)).toMatchObject({
      status: 504,
      body: { type: '/problems/outcome-unknown' },
    });
    expect((await signIn(user.email, PASSWORD)).status).toBe(200);
  },
);

it('another spelling that the database takes for the same is another e-mail: no failures more than are counted', async () => {
  await auth.rows('UPDATE users SET email = ? WHERE id = ?', [`oss-${user.email}`, user.id]);
  expect((await signIn(`oss-${user.email}`, PASSWORD)).status).toBe(200);
  expect((await signIn(`ÖSS-${user.email}`, PASSWORD)).status).toBe(200); // counted as the same
  expect((await signIn(`oß-${user.email}`, PASSWORD)).status).toBe(200);
  for (const other of ['øss-', 'o\u200bss-'])
    expect((await signIn(`${other}${user.email}`, PASSWORD)).status).toBe(401);
});

it('the two Unicode forms of a password are the same', async () => {
  expect((await signIn(user.email, PASSWORD.normalize('NFD'))).status).toBe(200);
});

it('unknown, wrong and disabled are told in the same words', async () => {
  await auth.rows("UPDATE users SET status = 'disabled' WHERE id = ?", [user.id]);
  const answers = await Promise.all([
    signIn(user.email, PASSWORD),
    signIn(user.email, 'wrong'),
    signIn('nobody@ates.example', PASSWORD),
    signIn('no e-mail at all', PASSWORD),
  ]);
  const told = answers.map(({ status, body: { traceId: _, ...body } }) => JSON.stringify({ status, body }));
  expect(new Set(told).size).toBe(1);
  expect(answers[0]?.status).toBe(401);
});

it.each([
  [{ $ne: 1 }, 'x'],
  [['a'], 'x'],
  ['a@b.c', 0],
  ['a@b.c', true],
  ['a@b.c', ''],
])('%j with the password %j is not looked up', async (email, password) => {
  expect((await signIn(email, password)).status).toBe(422);
});

it('after ten failures for one e-mail from one address even the right password waits, at most 60 s', async () => {
  for (let i = 0; i < 10; i += 1) expect((await signIn(user.email, `wrong ${i}`)).status).toBe(401);
  const refused = await signIn(user.email, PASSWORD);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await signIn(user.email, PASSWORD, '10.9.9.9')).status).toBe(200); // the owner, elsewhere, is not locked out
});

it('when the block is over one try is let through; a success clears the count', async () => {
  for (let i = 0; i < 10; i += 1) await signIn(user.email, 'wrong');
  await auth.rows('UPDATE sign_in_attempts SET at = at - INTERVAL 61 SECOND');
  expect((await signIn(user.email, PASSWORD)).status).toBe(200);
  expect((await signIn(user.email, 'wrong')).status).toBe(401);
});

it('forty tries at once are not checked more than ten times, though some take long to be entered', async () => {
  // Whoever comes later must not overtake them: of ten tries that are entered one or two sleep before they can be seen.
  await auth.rows(
    'CREATE TRIGGER slow_entry AFTER INSERT ON sign_in_attempts FOR EACH ROW DO SLEEP(IF(NEW.id MOD 7 = 0, 0.3, 0))',
  );
  onTestFinished(() => auth.rows('DROP TRIGGER slow_entry').then(() => undefined));
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn(user.email, `wrong ${i}`)));
  const checkedTries = answers.filter(({ status }) => status === 401).length;
  expect(checkedTries).toBeGreaterThan(0);
  expect(checkedTries).toBeLessThanOrEqual(10);
});

it('tells who is signed in and until when; without a session 401', async () => {
  const cookie = cookieHeader(await signIn(user.email, PASSWORD));
  const answer = await request('GET', '/api/auth/session', { headers: { cookie } });
  expect(answer).toMatchObject({ status: 200, body: { id: user.id, email: user.email } });
  const leftMs = Date.parse(answer.body.expiresAt) - Date.now();
  expect(leftMs).toBeGreaterThan(50_000);
  expect(leftMs).toBeLessThanOrEqual(60_000);
  expect((await request('GET', '/api/auth/session')).status).toBe(401);
  expect((await request('GET', '/api/auth/session', { headers: { cookie: `id=${user.id}; role=admin` } })).status).toBe(
    401,
  );
});

it('a session cookie that comes twice counts as none', async () => {
  const cookie = cookieHeader(await signIn(user.email, PASSWORD));
  const answer = await request('GET', '/api/auth/session', { headers: { cookie: `${cookie}; ates_session=planted` } });
  expect(answer.status).toBe(401);
});

it('two tabs that renew at once both get a new token, with the role of now', async () => {
  const cookie = cookieHeader(await signIn(user.email, PASSWORD));
  await auth.rows("UPDATE users SET role = 'manager' WHERE id = ?", [user.id]);
  const renewed = await Promise.all([1, 2].map(() => request('PUT', '/api/auth/session', { headers: { cookie } })));
  expect(renewed.map(({ status, body }) => [status, body.role])).toEqual([
    [200, 'manager'],
    [200, 'manager'],
  ]);
});

it('after signing out, disabling or a revocation nothing is renewed', async () => {
  const renew = (cookie: string) => request('PUT', '/api/auth/session', { headers: { cookie } });
  const first = cookieHeader(await signIn(user.email, PASSWORD));
  const second = cookieHeader(await signIn(user.email, PASSWORD));
  expect(second).not.toBe(first);

  const out = await request('DELETE', '/api/auth/session', { headers: { cookie: first } });
  expect(out).toMatchObject({ status: 204, body: '' });
  expect(Object.values(cookiesOf(out)).every((value) => value.startsWith('; Max-Age=0'))).toBe(true);
  expect((await renew(first)).status).toBe(401);
  expect((await renew(second)).status).toBe(200); // another browser stays signed in

  await auth.rows("UPDATE users SET status = 'disabled' WHERE id = ?", [user.id]);
  expect((await renew(second)).status).toBe(401);
  expect((await renew('ates_renew=made-up')).status).toBe(401);
  expect((await renew('')).status).toBe(401);
});

it('a foreign page can neither sign in nor sign out', async () => {
  const body = { email: user.email, password: PASSWORD };
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) {
    expect((await request('POST', '/api/auth/session', { body, headers })).status).toBe(403);
    expect((await request('DELETE', '/api/auth/session', { as: user, headers })).status).toBe(403);
  }
  expect((await request('POST', '/api/auth/session', { body, headers: { origin: 'http://ates.test' } })).status).toBe(
    200,
  );
});

it('publishes the public keys only, and the demo users of a demonstration', async () => {
  const { body } = await request('GET', '/api/auth/jwks');
  expect(body.keys).toHaveLength(1);
  expect(body.keys[0]).not.toHaveProperty('d');
  expect((await request('GET', '/api/auth/demo')).body.users).toContainEqual(
    expect.objectContaining({ email: 'worker5@ates.example' }),
  );
});
