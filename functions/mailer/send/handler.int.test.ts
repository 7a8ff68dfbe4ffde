import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { payoutBlockedV1 } from '#contracts/billing/payout-blocked.v1';
import { keepsTheEventPromises } from '#platform/testing/promises';
import { exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import { authStandIn, mailStandIn } from '../stand-ins.ts';
import mailerSend from './handler.ts';

const auth = authStandIn();
const mail = mailStandIn();
const mailer = serviceUnderTest('mailer');
const send = mailer.start(mailerSend, () => ({
  ...auth.env(),
  ...mail.env(),
  ATES_PUBLIC_URL: 'https://ates.example',
}));

const requested = (userId: string, data: object = {}) =>
  exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId, ...data });
const blocked = (userId: string, data: object = {}) =>
  exampleOf(payoutBlockedV1, { payoutId: randomUUID(), userId, ...data });
const rowOf = async (payoutId: string) =>
  (await mailer.rows('SELECT * FROM mails WHERE payout_id = ? ORDER BY created_at', [payoutId]))[0];
const statusOf = async (payoutId: string) => (await rowOf(payoutId)).status;
const becomes = (payoutId: string, status: string) =>
  expect.poll(() => statusOf(payoutId), { timeout: 10_000 }).toBe(status);
const poke = () => send.request('POST', '/', { headers: { 'x-topic': 'cron-function' } });
/** Time passes, and the timer pokes. */
const later = async (seconds = 60) => {
  const move = 'next_try_at = next_try_at - INTERVAL ? SECOND, created_at = created_at - INTERVAL ? SECOND';
  await mailer.rows(`UPDATE mails SET ${move} WHERE status = 'pending'`, [seconds, seconds]);
  await poke();
};
/** A try has ended: nobody holds the letter. */
const tried = (payoutId: string, times: number) =>
  expect
    .poll(async () => {
      const { attempts, lease } = await rowOf(payoutId);
      return { attempts, lease };
    })
    .toEqual({ attempts: times, lease: null });

beforeEach(async () => {
  auth.away = false;
  await mail.misbehave('none', 0);
});

keepsTheEventPromises(
  send,
  () => requested(randomUUID()),
  async () => (await mailer.rows('SELECT count(*) AS n FROM mails'))[0].n,
);

it('a requested payout gives one letter, in the language of its worker, with its own Message-ID and trace', async () => {
  const userId = auth.introduce({ name: 'Kesha', locale: 'en', email: 'kesha.en@ates.example' });
  const event = requested(userId, { amountCents: 123_450, businessDate: '2026-11-23' });
  await send.deliver([event]);
  await becomes(event.data.payoutId, 'sent');

  const [letter, ...more] = await mail.messagesTo('kesha.en@ates.example');
  expect(more).toEqual([]);
  expect(letter).toMatchObject({
    messageId: `<${event.data.payoutId}.payout@ates.example>`,
    from: 'no-reply@ates.example',
    subject: 'Your payout for November 23, 2026: $1,234.50',
    text: expect.stringContaining('https://ates.example/billing/'),
    headers: { to: 'kesha.en@ates.example', 'content-language': 'en', 'auto-submitted': 'auto-generated' },
  });
  expect(letter?.html).toContain('<html lang="en"');
  expect(await rowOf(event.data.payoutId)).toMatchObject({
    kind: 'payout',
    email: 'kesha.en@ates.example',
    message: `${letter?.text.trimEnd()}\n`, // the last line feed is also the letter's end
    html: `${letter?.html?.trimEnd()}\n`,
    attempts: 1,
    lease: null,
    trace_id: event.traceparent.slice(3, 35),
    last_reply: expect.stringMatching(/^250 /),
  });
});

it('a blocked payout gives one letter for each reason, beside the one about the payout, however often it is told', async () => {
  const userId = auth.introduce();
  const { data } = requested(userId);
  const facts = { payoutId: data.payoutId, amountCents: data.amountCents };
  for (let n = 0; n < 3; n += 1) {
    await send.deliver([
      exampleOf(payoutRequestedV1, data),
      blocked(userId, { ...facts, reason: 'no-card' }),
      blocked(userId, { ...facts, reason: 'card-refused' }),
      blocked(userId, { ...facts, reason: 'no-card' }),
    ]);
  }
  const sent = () => mailer.rows("SELECT id FROM mails WHERE payout_id = ? AND status = 'sent'", [data.payoutId]);
  await expect.poll(async () => (await sent()).length).toBe(3);
  await later();
  const letters = await mail.messagesTo(`${userId}@ates.example`);
  expect(letters.map(({ messageId }) => messageId).sort()).toEqual([
    `<${data.payoutId}.payout-blocked.card-refused@ates.example>`,
    `<${data.payoutId}.payout-blocked.no-card@ates.example>`,
    `<${data.payoutId}.payout@ates.example>`,
  ]);
});

it('the same fact under another event id is a repeat; with another person, amount or day it is refused for good', async () => {
  const first = requested(auth.introduce());
  await send.deliver([first]);
  const again = exampleOf(payoutRequestedV1, first.data);
  const wrong = [{ amountCents: 1 }, { userId: randomUUID() }, { businessDate: '2026-11-24' }].map((other) =>
    exampleOf(payoutRequestedV1, { ...first.data, ...other }),
  );
  const { failed } = await send.deliver([again, ...wrong]);
  expect(failed.map(({ id, retryable }) => [id, retryable])).toEqual(wrong.map(({ id }) => [id, false]));
  expect(await mailer.rows('SELECT id FROM mails WHERE payout_id = ?', [first.data.payoutId])).toHaveLength(1);
  const [{ n }] = await mailer.rows('SELECT count(*) AS n FROM inbox WHERE event_id IN (?)', [
    wrong.map(({ id }) => id),
  ]);
  expect(n).toBe(0); // so that a replay is not taken for a repeat
});

it('many letters ask Auth once for 200 of them, and each goes to its own reader', async () => {
  const events = Array.from({ length: 500 }, (_, n) => requested(auth.introduce({ name: `Кеша ${n}` })));
  auth.asked.length = 0;
  await send.deliver(events);
  const ids = events.map(({ data }) => data.payoutId);
  const count = async () =>
    (await mailer.rows("SELECT count(*) AS n FROM mails WHERE status = 'sent' AND payout_id IN (?)", [ids]))[0].n;
  await expect.poll(count, { timeout: 15_000 }).toBe(500);
  expect(auth.asked.length).toBeLessThanOrEqual(5);
  for (const { data } of [events[0], events[250], events[499]] as typeof events) {
    const letters = await mail.messagesTo(`${data.userId}@ates.example`);
    expect(letters.map(({ messageId }) => messageId)).toEqual([`<${data.payoutId}.payout@ates.example>`]);
  }
});

describe('a mail server that', () => {
  const letterOf = async () => {
    const userId = auth.introduce();
    const event = requested(userId);
    await send.deliver([event]);
    return { payoutId: event.data.payoutId, inbox: () => mail.messagesTo(`${userId}@ates.example`) };
  };

  it('refuses for now is asked again, less and less often, until it takes the letter', async () => {
    await mail.misbehave('refuse-4xx');
    const { payoutId, inbox } = await letterOf();
    await tried(payoutId, 1);
    expect(await rowOf(payoutId)).toMatchObject({ status: 'pending', last_reply: expect.stringMatching(/^451 /) });
    await later(600);
    await tried(payoutId, 2);
    const [{ pause }] = await mailer.rows(
      'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), next_try_at) AS pause FROM mails WHERE payout_id = ?',
      [payoutId],
    );
    expect(pause).toBeGreaterThan(120);
    await mail.misbehave('none', 0);
    await later(300);
    await becomes(payoutId, 'sent');
    expect(await inbox()).toHaveLength(1);
  });

  it('refuses for now for a whole day is not asked any more', async () => {
    await mail.misbehave('refuse-4xx');
    const { payoutId } = await letterOf();
    await tried(payoutId, 1);
    await later(24 * 3_600);
    await becomes(payoutId, 'failed');
    expect(await rowOf(payoutId)).toMatchObject({ attempts: 2, lease: null, sent_at: null });
  });

  it('refuses for good fails the letter at once', async () => {
    await mail.misbehave('refuse-5xx');
    const { payoutId, inbox } = await letterOf();
    await becomes(payoutId, 'failed');
    expect(await rowOf(payoutId)).toMatchObject({ attempts: 1, last_reply: expect.stringMatching(/^554 /) });
    await mail.misbehave('none', 0);
    await later();
    expect(await inbox()).toEqual([]);
  });

  it('takes a letter and loses its answer gets it again as the same letter: a repeat can be recognised', async () => {
    await mail.misbehave('lose-answer');
    const { payoutId, inbox } = await letterOf();
    await tried(payoutId, 1);
    expect(await statusOf(payoutId)).toBe('pending');
    await mail.misbehave('none', 0);
    await mailer.rows('UPDATE mails SET next_try_at = created_at WHERE payout_id = ?', [payoutId]);
    await poke();
    await becomes(payoutId, 'sent');
    const [second, first, ...more] = await inbox();
    expect(more).toEqual([]);
    const same = ({ messageId, subject, text, html, headers }: NonNullable<typeof first>) => {
      return { messageId, subject, text, html, date: headers.date };
    };
    expect(same(second as never)).toEqual(same(first as never));
  });

  it('is away costs the letters behind it no try, and gets them all when it is back', async () => {
    await mail.stop();
    const events = Array.from({ length: 60 }, () => requested(auth.introduce()));
    await send.deliver(events);
    const ids = events.map(({ data }) => data.payoutId);
    const counted = async () => {
      const [row] = await mailer.rows(
        'SELECT sum(attempts = 0) AS untried, sum(attempts = 1) AS tried, sum(lease IS NOT NULL) AS held FROM mails WHERE payout_id IN (?)',
        [ids],
      );
      return Object.values(row).map(Number);
    };
    await expect.poll(counted).toEqual([40, 20, 0]);
    await mail.start();
    await later();
    await Promise.all(ids.map((id) => becomes(id, 'sent')));
  });
});

describe('Auth', () => {
  it('that is away makes letters wait, untried, and they go out when it is back', async () => {
    auth.away = true;
    const userId = auth.introduce();
    const event = requested(userId);
    await send.deliver([event]);
    const { payoutId } = event.data;
    await expect.poll(async () => (await rowOf(payoutId)).last_reply).toMatch(/auth-api/);
    expect(await rowOf(payoutId)).toMatchObject({
      status: 'pending',
      attempts: 0,
      email: null,
      message: null,
      lease: null,
    });
    auth.away = false;
    await later();
    await becomes(payoutId, 'sent');
    expect(await mail.messagesTo(`${userId}@ates.example`)).toHaveLength(1);
  });

  it('that is away does not hold up a letter that is written', async () => {
    await mail.misbehave('refuse-4xx');
    const event = requested(auth.introduce());
    await send.deliver([event]);
    await tried(event.data.payoutId, 1);
    await mail.misbehave('none', 0);
    auth.away = true;
    await later();
    await becomes(event.data.payoutId, 'sent');
  });

  it('that names another e-mail later does not change a letter that is written', async () => {
    await mail.misbehave('refuse-4xx');
    const userId = auth.introduce();
    const event = requested(userId);
    await send.deliver([event]);
    await tried(event.data.payoutId, 1);
    auth.change(userId, { email: `new-${userId}@ates.example`, name: 'Гоша' });
    await mail.misbehave('none', 0);
    await later();
    await becomes(event.data.payoutId, 'sent');
    expect(await mail.messagesTo(`new-${userId}@ates.example`)).toEqual([]);
    expect((await mail.messagesTo(`${userId}@ates.example`))[0]?.text).toContain('Кеша');
  });

  it('that names somebody who has left still gets them their letter', async () => {
    const userId = auth.introduce({ status: 'disabled' });
    const event = requested(userId);
    await send.deliver([event]);
    await becomes(event.data.payoutId, 'sent');
  });

  it.each<[string, object | null]>([
    ['nobody of that id', null],
    ['no e-mail', { email: '' }],
    ['an e-mail with a header behind it', { email: 'a@b.c\r\nBcc: victim@ates.example' }],
    ['an e-mail with a line feed', { email: 'a@b.c\nX: y' }],
    ['two e-mails', { email: 'a@b.c,victim@ates.example' }],
    ['an e-mail in brackets', { email: '<victim@ates.example>' }],
    ['a machine instead of a domain', { email: 'a@[127.0.0.1]' }],
    ['an e-mail of 300 characters', { email: `${'a'.repeat(60)}@${'b.'.repeat(120)}c` }],
  ])('that names %s: the letter fails, untried, and nobody gets one', async (_, particular) => {
    const before = await mail.messagesTo('victim@ates.example');
    const userId = particular ? auth.introduce(particular) : randomUUID();
    const event = requested(userId);
    await send.deliver([event]);
    await becomes(event.data.payoutId, 'failed');
    expect(await rowOf(event.data.payoutId)).toMatchObject({ attempts: 0, email: null, message: null });
    expect(await mail.messagesTo('victim@ates.example')).toEqual(before);
  });

  it.each([
    ['Kesha\r\nBcc: victim@ates.example'],
    ['<b onclick=alert(1)>Kesha</b>'],
    ['Kesha\n.\nMAIL FROM:<x@y>'],
    ['=0D=0ABcc: victim@ates.example'],
    ['שלום 12:30'],
  ])('that names %j gets one letter to one reader, without a header more', async (name) => {
    const userId = auth.introduce({ name });
    const event = requested(userId);
    await send.deliver([event]);
    await becomes(event.data.payoutId, 'sent');
    const [letter, ...more] = await mail.messagesTo(`${userId}@ates.example`);
    expect(more).toEqual([]);
    expect(Object.keys(letter?.headers ?? {}).sort()).toEqual([
      ...[
        'auto-submitted',
        'content-language',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ],
    ]);
    expect(await mail.messagesTo('victim@ates.example')).toEqual([]);
  });

  it('that names a domain of another alphabet: it goes out in ASCII', async () => {
    const box = randomUUID();
    const event = requested(auth.introduce({ email: `${box}@почта.рф` }));
    await send.deliver([event]);
    await becomes(event.data.payoutId, 'sent');
    const [letter] = await mail.messagesTo(`${box}@xn--80a1acny.xn--p1ai`);
    expect(letter?.headers.to).toBe(`${box}@xn--80a1acny.xn--p1ai`);
    expect(await rowOf(event.data.payoutId)).toMatchObject({ email: `${box}@почта.рф` });
  });

  it('that names a person in another alphabet: the letter goes out by SMTPUTF8', async () => {
    const email = `кеша-${randomUUID()}@ates.example`;
    const event = requested(auth.introduce({ email }));
    await send.deliver([event]);
    await becomes(event.data.payoutId, 'sent');
    expect(await mail.messagesTo(email)).toMatchObject([{ headers: { to: email } }]);
  });
});

it('how long the oldest letter waits is told by the metrics', async () => {
  const oldest = async () => Number(/^ates_letters_oldest_seconds (.*)$/m.exec(await send.handler.metrics())?.[1]);
  const event = requested(auth.introduce());
  await send.deliver([event]);
  await becomes(event.data.payoutId, 'sent');
  await mailer.rows("UPDATE mails SET status = 'failed', lease = NULL WHERE status = 'pending'"); // of other tests
  expect(await oldest()).toBe(0);
  const waits = "status = 'pending', next_try_at = created_at + INTERVAL 1 DAY"; // nobody tries it meanwhile
  await mailer.rows(`UPDATE mails SET ${waits}, created_at = created_at - INTERVAL 3 DAY WHERE payout_id = ?`, [
    event.data.payoutId,
  ]);
  expect(await oldest()).toBeGreaterThanOrEqual(3 * 86_400);
});
