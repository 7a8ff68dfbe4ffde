import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { exampleOf } from '#platform/testing/service-under-test';
import { System } from '../../local/system.ts';
import type { Message } from '../../sandbox/mail/message-file.ts';
import { sendTo } from '../flows/broker.ts';
import { Visitor } from '../flows/visitor.ts';

/** A system of its own: these payouts are in nobody's books but Mailer's. */
const system = new System({
  dataDir: '.ates/test-letters',
  fresh: true,
  env: { ...process.env, ATES_PORT: undefined, ATES_RATE_LIMIT: '0' },
});
const LETTERS = 1_500;
/** Letters under way at once: what a kill may leave sent and not marked. */
const UNDER_WAY = 20;

let mailer: Connection;
beforeAll(async () => {
  process.env.ATES_TEST_URL = (await system.start()).url;
  process.env.ATES_TEST_DATA = system.dataDir;
  mailer = await mysql.createConnection({ uri: Visitor.run().databases.mailer ?? '' });
});
afterAll(async () => {
  await mailer?.end();
  await system.stop();
});

const setFaults = (faults: object) =>
  fetch(`${Visitor.run().inboxUrl}/faults`, { method: 'PUT', body: JSON.stringify(faults) });
const one = async (sql: string) => Number(((await mailer.query(sql))[0] as { n: number }[])[0]?.n);
const unsent = () => one("SELECT count(*) AS n FROM mails WHERE status <> 'sent'");

/** Messages by their Message-ID, of payouts of these. */
async function messagesOf(payoutIds: ReadonlySet<string>): Promise<Map<string, Message[]>> {
  const all = (await (await fetch(`${Visitor.run().inboxUrl}/api/messages`)).json()) as Message[];
  return Map.groupBy(
    all.filter(({ messageId }) => payoutIds.has(messageId.slice(1, 37))),
    ({ messageId }) => messageId,
  );
}

it('kills of sender and mail server, refusals and lost answers leave one letter a payout; a copy has its Message-ID', async () => {
  const { id: userId } = (await (await Visitor.signIn('worker3')).get('/api/auth/session')).body;
  const events = Array.from({ length: LETTERS }, () =>
    exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId }),
  );
  const payoutIds = new Set(events.map(({ data }) => data.payoutId));
  await setFaults({ mode: 'lose-answer', share: 0.02 });
  await sendTo('mailer-send', [...events, ...events.slice(0, 300)]);

  for (const part of ['mailer-send', 'mail', 'mailer-send']) {
    await expect.poll(unsent, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
    await pause(400 + Math.random() * 600); // a random moment of the sending
    expect(await unsent()).toBeGreaterThan(0); // else nothing is there to be hurt
    system.parts.get(part)?.kill();
    await system.parts.get(part)?.start(); // resolves when it is ready again
    if (part === 'mail') await setFaults({ mode: 'refuse-4xx', share: 0.1 }); // it has forgotten what it was told
  }
  await setFaults({ mode: 'none', share: 0 });

  await expect.poll(unsent, { timeout: 110_000, interval: 500 }).toBe(0);
  const messages = await messagesOf(payoutIds);
  const letters = [...payoutIds].map((payoutId) => `<${payoutId}.payout@ates.example>`);
  expect([...messages.keys()].sort()).toEqual(letters.sort());
  expect(await one('SELECT count(*) - count(DISTINCT payout_id) AS n FROM mails WHERE copy_no = 1')).toBe(0);

  const copies = [...messages.values()].reduce((sum, { length }) => sum + length - 1, 0);
  expect(copies).toBeLessThan(0.06 * LETTERS + 3 * UNDER_WAY); // the lost answers, and what was under way at the kills
  for (const [first, ...again] of messages.values()) {
    for (const copy of again) {
      expect(copy).toMatchObject({ subject: first?.subject, text: first?.text, html: first?.html, to: first?.to });
    }
  }
});
