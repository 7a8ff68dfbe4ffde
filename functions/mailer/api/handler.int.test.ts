import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Mail } from '#contracts/rest/mailer';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { CALLER_KEY, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import mailerApi from './handler.ts';

const mailer = serviceUnderTest('mailer');
const api = mailer.start(mailerApi);
const kesha = person('worker');
const gosha = person('worker');
const admin = person('admin');

interface Planted {
  readonly to?: Person;
  readonly status?: 'pending' | 'sent' | 'failed';
  readonly day?: string;
  readonly createdAt?: string;
  readonly written?: boolean;
}

async function plant({ to = kesha, status = 'sent', written = true, ...rest }: Planted = {}): Promise<string> {
  const { day = '2026-11-23', createdAt = '2026-11-23 21:01:00.000' } = rest;
  const id = randomUUID();
  const payoutId = randomUUID();
  const letter = ['kesha@ates.example', 'ru', 'Тема', 'Текст', '<p>Текст</p>', `<${payoutId}.payout@ates.example>`];
  await mailer.rows(
    'INSERT INTO mails (id, kind, payout_id, user_id, amount, business_date, reason, copy_no, email, locale, subject, message, html, message_id, status, attempts, next_try_at, created_at, sent_at, trace_id) VALUES (?)',
    [
      [
        ...[id, 'payout', payoutId, to.id, 12_345, day, '', 1],
        ...(written ? letter : letter.map(() => null)),
        ...[status, 1, createdAt, createdAt, status === 'sent' ? createdAt : null, 'f'.repeat(32)],
      ],
    ],
  );
  return id;
}

const ids: Record<string, string> = {};
const nameOf = (id: string) => Object.keys(ids).find((name) => ids[name] === id);
const list = (query = '', as: Person = admin) => api.request('GET', `/api/mailer/mails${query}`, { as });
const found = async (query: string, as?: Person) => {
  const { status, body } = await list(query, as);
  expect(status).toBe(200);
  return body.items.map(({ id }: Mail) => nameOf(id));
};

beforeAll(async () => {
  ids.old = await plant({ createdAt: '2026-11-22 21:01:00.000', day: '2026-11-22' });
  ids.failed = await plant({ status: 'failed', createdAt: '2026-11-23 21:01:00.000' });
  ids.unwritten = await plant({ status: 'pending', written: false, createdAt: '2026-11-23 21:02:00.000' });
  ids.goshas = await plant({ to: gosha, createdAt: '2026-11-23 21:03:00.000' });
});

describe('the list', () => {
  it.each(['accountant', 'admin'] as const)('is of everybody for an %s, newest first', async (role) => {
    expect(await found('', person(role))).toEqual(['goshas', 'unwritten', 'failed', 'old']);
  });

  it('is of everybody for a service, which may ask for many at once', async () => {
    const headers = { 'x-ates-caller-key': CALLER_KEY };
    const { status, body } = await api.request('GET', '/api/mailer/mails?day=2026-11-23&limit=5000', { headers });
    expect(status).toBe(200);
    expect(body.items.map(({ id }: Mail) => nameOf(id))).toEqual(['goshas', 'unwritten', 'failed']);
    expect(body.timeZone).toBe('Europe/Moscow'); // in which days are meant
  });

  it("holds nobody else's letter for whoever does not look after payouts", async () => {
    expect(await found('', kesha)).toEqual(['unwritten', 'failed', 'old']);
    expect(await found('', gosha)).toEqual(['goshas']);
    for (const role of ['worker', 'manager', 'executive'] as const) expect(await found('', person(role))).toEqual([]);
    expect(await found('', { ...kesha, role: 'executive' })).toEqual(['unwritten', 'failed', 'old']);
    expect(await found(`?userId=${kesha.id}`, gosha)).toEqual([]);
  });

  it.each([
    ['?status=sent', ['goshas', 'old']],
    ['?status=pending', ['unwritten']],
    ['?status=failed', ['failed']],
    ['?day=2026-11-22', ['old']],
    ['?day=2026-11-23&status=sent', ['goshas']],
    ['?day=2026-11-24', []],
  ])('%s finds %j', async (query, names) => expect(await found(query)).toEqual(names));

  it('is of one person with userId', async () => {
    expect(await found(`?userId=${gosha.id}`)).toEqual(['goshas']);
  });

  it('is of some payouts with payoutIds, each letter about them, and still of nobody else', async () => {
    const payoutOf = async (name: string) =>
      (await mailer.rows('SELECT payout_id FROM mails WHERE id = ?', [ids[name]]))[0].payout_id;
    const [old, goshas] = [await payoutOf('old'), await payoutOf('goshas')];
    expect(await found(`?payoutIds=${old},${goshas},${randomUUID()}`)).toEqual(['goshas', 'old']);
    expect(await found(`?payoutIds=${old}&status=failed`)).toEqual([]);
    expect(await found(`?payoutIds=${old},${goshas}`, kesha)).toEqual(['old']);
    const many = (count: number) => list(`?payoutIds=${Array.from({ length: count }, () => randomUUID())}`);
    expect((await many(200)).status).toBe(200);
    expect((await many(201)).status).toBe(422);
  });

  it('gives everything once, page after page, also when letters are added meanwhile', async () => {
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await list(`?limit=1${cursor && `&cursor=${cursor}`}`, kesha);
      seen.push(...body.items.map(({ id }: Mail) => nameOf(id)));
      if (seen.length === 1) await plant({ createdAt: '2026-11-24 21:00:00.000' });
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(['unwritten', 'failed', 'old']);
    await mailer.rows("DELETE FROM mails WHERE created_at > '2026-11-24'");
  });

  it.each([
    ...['?status=lost', '?userId=1', '?userId=me', '?day=2026-02-30', '?day=', '?limit=0', '?limit=201', '?cursor=x'],
    ...['?payoutIds=', '?payoutIds=1', '?html=1', '?status=sent&status=failed', '?kind=payout'],
  ])('%s is refused', async (query) => expect((await list(query)).status).toBe(422));
});

describe('one letter', () => {
  const get = (path: string, as?: Person) => api.request('GET', `/api/mailer/mails/${path}`, as ? { as } : {});

  it('has its text and HTML; what is not written yet is null', async () => {
    const { body } = await get(ids.failed as string, kesha);
    expect(body).toMatchObject({
      ...{ userId: kesha.id, email: 'kesha@ates.example', subject: 'Тема', message: 'Текст', html: '<p>Текст</p>' },
      ...{ status: 'failed', createdAt: '2026-11-23T21:01:00.000Z', sentAt: null, copyOf: null },
    });
    expect((await get(ids.unwritten as string, kesha)).body).toMatchObject({
      ...{ email: null, subject: null, message: null, html: null, status: 'pending' },
    });
  });

  it('has its HTML as a page that can do nothing and belongs into a frame of ours', async () => {
    const { status, headers, body } = await get(`${ids.failed}/html`, kesha);
    expect([status, body]).toEqual([200, '<p>Текст</p>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    });
    expect((await get(`${ids.unwritten}/html`, kesha)).status).toBe(404);
  });

  it("somebody else's is as if it were not there, but for whoever looks after payouts", async () => {
    for (const path of [ids.goshas, `${ids.goshas}/html`] as string[]) {
      for (const role of ['worker', 'manager', 'executive'] as const) {
        const { status, body } = await get(path, person(role));
        expect([status, body.type]).toEqual([404, '/problems/not-found']);
      }
      for (const reader of [gosha, person('accountant'), admin]) expect((await get(path, reader)).status).toBe(200);
      expect((await get(path)).status).toBe(401);
    }
  });

  it.each([randomUUID(), '1', '0', '%', '*', 'me', `{${randomUUID()}}`])('%s is no letter', async (id) => {
    expect((await get(id, admin)).status).toBe(404);
    expect((await get(`${id}/html`, admin)).status).toBe(404);
  });
});

describe('sending again', () => {
  const resend = (id: string, as = admin) => api.request('POST', `/api/mailer/mails/${id}/resend`, { as });
  const rowOf = async (id: string) => (await mailer.rows('SELECT * FROM mails WHERE id = ?', [id]))[0];

  keepsTheCommandPromises(
    api,
    { method: 'POST', path: async () => `/api/mailer/mails/${await plant()}/resend`, body: {}, as: admin },
    async () => (await mailer.rows('SELECT count(*) AS n FROM mails WHERE copy_no > 1'))[0].n,
  );

  it('makes a copy that waits to be written anew, and leaves the letter as it is', async () => {
    const id = await plant({ status: 'failed' });
    const before = await rowOf(id);
    const { status, body } = await resend(id);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      ...{ copyOf: id, userId: kesha.id, payoutId: before.payout_id, status: 'pending', attempts: 0 },
      ...{ email: null, subject: null, message: null, sentAt: null },
    });
    expect(body.id).not.toBe(id);
    expect(await rowOf(body.id)).toMatchObject({
      ...{ copy_no: 2, kind: 'payout', amount: before.amount, business_date: before.business_date, message_id: null },
    });
    expect(await rowOf(id)).toEqual(before);
  });

  it('a copy of a copy, and copies made at once, are numbered one after another', async () => {
    const id = await plant();
    const { body: first } = await resend(id);
    const { body: second } = await resend(first.id);
    expect(second.copyOf).toBe(first.id);
    const more = await Promise.all(Array.from({ length: 5 }, () => resend(id)));
    expect(more.map(({ status }) => status)).toEqual(Array(5).fill(202));
    const rows = await mailer.rows('SELECT copy_no FROM mails WHERE payout_id = ? ORDER BY copy_no', [first.payoutId]);
    expect(rows.map(({ copy_no }) => copy_no)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('a letter that was never written is copied like any other', async () => {
    const { status, body } = await resend(await plant({ status: 'pending', written: false }));
    expect([status, body.status]).toEqual([202, 'pending']);
  });

  it.each(['worker', 'manager', 'accountant', 'executive'] as const)(
    'is not for a %s, own letter or not',
    async (role) => {
      expect((await resend(await plant(), { ...kesha, role })).status).toBe(403);
    },
  );

  it.each([randomUUID(), '1'])('there must be a letter: %s', async (id) => expect((await resend(id)).status).toBe(404));
});
