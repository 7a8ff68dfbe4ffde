import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenSession, SignInEntry } from '#contracts/rest/auth';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import { hashPassword } from '../password.ts';
import authSession from '../session/handler.ts';
import authApi from './handler.ts';

const auth = serviceUnderTest('auth');
const { request, ...api } = auth.start(authApi);
const session = auth.start(authSession);
const PASSWORD = 'pässword of a popug';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let passwordHash = '';

type Known = Person & { readonly email: string };

async function plant(role: Person['role'] = 'worker', email = `${randomUUID()}@ates.example`): Promise<Known> {
  const user = { ...person(role), email };
  await auth.rows('INSERT INTO users (id, email, role, name, password_hash, created_at) VALUES (?)', [
    [user.id, email, role, 'Кеша', passwordHash, '2026-11-01'],
  ]);
  return user;
}

const signIn = ({ email }: { email: string }, password = PASSWORD, userAgent = FIREFOX) =>
  session.request('POST', '/api/auth/session', {
    body: { email, password },
    headers: { 'user-agent': userAgent, 'x-forwarded-for': randomUUID() },
  });
const cookiesOf = (answer: Awaited<ReturnType<typeof signIn>>) =>
  (answer.headers['set-cookie'] as string[]).map((line) => line.split(';')[0]).join('; ');
const renew = async (cookie: string) =>
  (await session.request('PUT', '/api/auth/session', { headers: { cookie } })).status;

const sessionsOf = async (as: Person): Promise<OpenSession[]> =>
  (await request('GET', '/api/auth/sessions', { as })).body.items;
const signInsOf = async (as: Person): Promise<SignInEntry[]> =>
  (await request('GET', '/api/auth/sign-ins', { as })).body.items;
const end = (id: string, as: Person) => request('DELETE', `/api/auth/sessions/${id}`, { as });

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
});

describe('where somebody is signed in', () => {
  it('each session tells its browser, when it began and when it last renewed; nothing that could renew it', async () => {
    const user = await plant();
    const first = await signIn(user);
    const second = await signIn(user, PASSWORD, '<script>alert(1)</script>');
    expect(await renew(cookiesOf(first))).toBe(200);

    const found = await sessionsOf(user);
    expect(found.map(({ id }) => id).sort()).toEqual([first.body.sessionId, second.body.sessionId].sort());
    expect(found.find(({ id }) => id === first.body.sessionId)).toEqual({
      id: first.body.sessionId,
      userAgent: FIREFOX,
      createdAt: expect.any(String),
      renewedAt: expect.any(String),
    });
    expect(found.find(({ id }) => id === second.body.sessionId)).toMatchObject({
      userAgent: '<script>alert(1)</script>',
      renewedAt: null,
    });
  });

  it('a session knows which of them it is; without its renewal cookie nobody does', async () => {
    const user = await plant();
    const cookie = cookiesOf(await signIn(user));
    const mine = await signIn(user);
    const ask = async (given: string) =>
      (await session.request('GET', '/api/auth/session', { headers: { cookie: given } })).body.sessionId;
    expect(await ask(cookiesOf(mine))).toBe(mine.body.sessionId);
    expect(await ask(cookie)).not.toBe(mine.body.sessionId);
    expect(await ask(cookie.replace(/ates_renew=\S+/, ''))).toBeNull();
    // A foreign renewal cookie, planted beside one's own token, names no session.
    const planted = /ates_renew=\S+/.exec(cookiesOf(await signIn(await plant())))?.[0] as string;
    expect(await ask(cookie.replace(/ates_renew=\S+/, planted))).toBeNull();
  });

  it('a browser that calls itself something very long, or nothing, signs in as any other', async () => {
    const user = await plant();
    expect((await signIn(user, PASSWORD, 'x'.repeat(7_000))).status).toBe(200);
    const plain = await session.request('POST', '/api/auth/session', {
      body: { email: user.email, password: PASSWORD },
    });
    expect(plain.status).toBe(200);
    expect((await sessionsOf(user)).map(({ userAgent }) => userAgent.length).sort()).toEqual([0, 200]);
  });

  it('what has ended, by whatever way, is not among them, and nobody sees another’s', async () => {
    const user = await plant();
    const out = cookiesOf(await signIn(user));
    await session.request('DELETE', '/api/auth/session', { headers: { cookie: out } });
    const old = (await signIn(user)).body.sessionId;
    await auth.rows('UPDATE sessions SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?', [old]);
    expect(await sessionsOf(user)).toEqual([]);
    await signIn(user);
    expect(await sessionsOf(user)).toHaveLength(1);
    expect(await sessionsOf(await plant('admin'))).toEqual([]);
  });

  it('pages follow each other without gap or repeat; a cursor belongs to its reader', async () => {
    const user = await plant();
    const began: string[] = [];
    for (let n = 0; n < 3; n += 1) began.push((await signIn(user)).body.sessionId);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await request('GET', `/api/auth/sessions?limit=1${cursor}`, { as: user });
      seen.push(...body.items.map(({ id }: OpenSession) => id));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor);
    expect(seen.sort()).toEqual(began.sort());
    const { body } = await request('GET', '/api/auth/sessions?limit=1', { as: user });
    const elsewhere = `/api/auth/sessions?limit=1&cursor=${body.nextCursor}`;
    expect((await request('GET', elsewhere, { as: person('worker') })).status).toBe(422);
  });
});

describe('ending a session', () => {
  const kesha = person('worker');

  keepsTheCommandPromises(
    { request, ...api },
    {
      method: 'DELETE',
      path: async () => {
        const id = randomUUID();
        await auth.rows('INSERT INTO sessions (id, user_id, renew_hash, created_at, expires_at) VALUES (?)', [
          [id, kesha.id, id, '2026-11-01', '2099-11-01'],
        ]);
        return `/api/auth/sessions/${id}`;
      },
      body: {},
      as: kesha,
    },
    async () => (await auth.rows('SELECT count(*) AS n FROM sessions WHERE revoked_at IS NOT NULL'))[0].n,
  );

  it('from that moment it cannot renew, the others go on; again is answered alike', async () => {
    const user = await plant();
    const lost = await signIn(user);
    const here = await signIn(user);
    expect((await end(lost.body.sessionId, user)).status).toBe(204);
    expect(await renew(cookiesOf(lost))).toBe(401);
    expect(await renew(cookiesOf(here))).toBe(200);
    expect((await sessionsOf(user)).map(({ id }) => id)).toEqual([here.body.sessionId]);
    expect((await end(lost.body.sessionId, user)).status).toBe(204);
  });

  it('another’s is as if it were not there, also for an admin', async () => {
    const { body } = await signIn(await plant());
    for (const by of [await plant(), await plant('admin')]) {
      expect((await end(body.sessionId, by)).status).toBe(404);
      expect((await end(randomUUID(), by)).status).toBe(404);
      expect((await end('1', by)).status).toBe(404);
    }
    expect(
      (await auth.rows('SELECT revoked_at FROM sessions WHERE id = ?', [body.sessionId]))[0].revoked_at,
    ).toBeNull();
  });
});

describe('when somebody was here last', () => {
  const lastSeen = async (user: Known, as: Person) =>
    (await request('GET', `/api/auth/users?ids=${user.id}`, { as })).body.items[0];

  it('is for admins alone to see, of whatever session was open last, also when it has ended', async () => {
    const user = await plant();
    const admin = await plant('admin');
    expect(await lastSeen(user, admin)).toMatchObject({ id: user.id, lastSeenAt: null });
    const first = cookiesOf(await signIn(user));
    await signIn(user);
    await auth.rows('UPDATE sessions SET created_at = ? WHERE user_id = ?', ['2026-11-02 10:00:00.000', user.id]);
    expect((await lastSeen(user, admin)).lastSeenAt).toBe('2026-11-02T10:00:00.000Z');
    expect(await renew(first)).toBe(200);
    const { lastSeenAt } = await lastSeen(user, admin);
    expect(Date.now() - Date.parse(lastSeenAt)).toBeLessThan(60_000);
    await session.request('DELETE', '/api/auth/session', { headers: { cookie: first } });
    expect((await lastSeen(user, admin)).lastSeenAt).toBe(lastSeenAt);
    for (const reader of [user, person('manager'), person('accountant')])
      expect(await lastSeen(user, reader)).not.toHaveProperty('lastSeenAt');
  });

  it('is known for 30 days, although sessions end earlier; then its rows go', async () => {
    const user = await plant();
    const admin = await plant('admin');
    const { body } = await signIn(user);
    const endedDaysAgo = (days: number) =>
      auth.rows('UPDATE sessions SET expires_at = UTC_TIMESTAMP(3) - INTERVAL ? DAY WHERE id = ?', [
        days,
        body.sessionId,
      ]);
    await endedDaysAgo(29);
    await signIn(admin);
    expect((await lastSeen(user, admin)).lastSeenAt).not.toBeNull();
    await endedDaysAgo(31);
    await signIn(admin);
    expect((await lastSeen(user, admin)).lastSeenAt).toBeNull();
  });
});

describe('the log of sign-ins', () => {
  it('has successes and failures, newest first, however the e-mail was typed; nobody sees another’s', async () => {
    const user = await plant('worker', `straße-${randomUUID()}@ates.example`);
    const other = await plant();
    await signIn(user);
    await signIn({ email: user.email.toUpperCase() }, 'wrong', 'curl/8.14.1');
    await signIn(other);
    expect(await signInsOf(user)).toMatchObject([
      { ok: false, userAgent: 'curl/8.14.1' },
      { ok: true, userAgent: FIREFOX },
    ]);
    expect(await signInsOf(other)).toMatchObject([{ ok: true }]);
    expect(Object.keys((await signInsOf(user))[0] as object).sort()).toEqual(['id', 'ok', 'triedAt', 'userAgent']);
  });

  it('has a wrong present password too, since it may be a guess, but not a right one', async () => {
    const user = await plant();
    const change = (currentPassword: string) =>
      request('PATCH', `/api/auth/users/${user.id}`, {
        as: user,
        body: { password: 'another popug password', currentPassword },
        headers: { 'user-agent': FIREFOX, 'x-forwarded-for': randomUUID() },
      });
    expect((await change('wrong')).status).toBe(422);
    expect((await change(PASSWORD)).status).toBe(200);
    expect(await signInsOf(user)).toMatchObject([{ ok: false, userAgent: FIREFOX }]);
  });

  it('holds hashes instead of e-mails, and is forgotten after 30 days', async () => {
    const user = await plant();
    await signIn(user, 'wrong');
    await auth.rows('UPDATE sign_ins SET tried_at = tried_at - INTERVAL 30 DAY WHERE ok = FALSE');
    const stored = JSON.stringify(await auth.rows('SELECT * FROM sign_ins'));
    expect(stored).not.toContain(user.email);
    await signIn(user);
    expect(await signInsOf(user)).toMatchObject([{ ok: true }]);
    expect((await auth.rows('SELECT count(*) AS n FROM sign_ins WHERE ok = FALSE'))[0].n).toBe(0);
  });

  it('a page goes on where the last one ended; a changed cursor is refused', async () => {
    const user = await plant();
    for (const password of ['wrong', PASSWORD, 'wrong']) await signIn(user, password);
    const page = async (cursor = '') =>
      (await request('GET', `/api/auth/sign-ins?limit=2${cursor}`, { as: user })).body;
    const first = await page();
    const second = await page(`&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ ok }: SignInEntry) => ok)).toEqual([false, true, false]);
    expect(second.nextCursor).toBeNull();
    const [scope] = JSON.parse(Buffer.from(first.nextCursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([scope, 'yesterday', randomUUID()])).toString('base64url');
    expect((await request('GET', `/api/auth/sign-ins?limit=2&cursor=${forged}`, { as: user })).status).toBe(422);
  });
});
