import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { CALLER_KEY, exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import { answers } from '../../../local/part.ts';
import { freePort, stopProcess, until } from '../../../local/processes.ts';
import { build, root } from '../../../scripts/build.ts';
import { authStandIn } from '../stand-ins.ts';

/** mailer-send as processes of its own, which can be killed at a line. */

const auth = authStandIn();
const mailer = serviceUnderTest('mailer');
const secrets = mkdtempSync(join(tmpdir(), 'ates-mailer-secrets-'));
const children: ChildProcess[] = [];

/** Every letter that came in whole, and what holds back the answer to it. */
const taken: { id: string; to: string }[] = [];
let beforeAnswer: () => Promise<void> = async () => undefined;
const smtp = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  closeTimeout: 100,
  async onData(stream, session, callback) {
    const text = (await Array.fromAsync(stream)).join('');
    const [, id = ''] = /^Message-ID: (\S+)/m.exec(text) ?? [];
    taken.push({ id, to: session.envelope.rcptTo.map(({ address }) => address).join() });
    await beforeAnswer();
    callback();
  },
});
smtp.on('error', () => undefined); // a process that was killed does not say goodbye

beforeAll(async () => {
  const server = new URL(process.env.ATES_TEST_DATABASE_SERVER ?? '');
  writeFileSync(join(secrets, `${server.username}-database-password`), server.password);
  writeFileSync(join(secrets, 'caller-keys'), CALLER_KEY);
  writeFileSync(join(secrets, 'session-public-keys'), '{"keys":[]}');
  await build({ only: ['mailer-send'] });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await Promise.all(children.map((child) => stopProcess(child, 'SIGTERM', 5_000)));
  await new Promise<void>((resolve) => smtp.close(resolve));
  rmSync(secrets, { recursive: true });
});

async function start() {
  const user = new URL(process.env.ATES_TEST_DATABASE_SERVER ?? '').username;
  const port = await freePort();
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    ATES_HANDLER: join(root, 'dist/functions/mailer-send'),
    ATES_DATABASE_URL: mailer.databaseUrl(user).href,
    ATES_SECRETS_DIR: secrets,
    ATES_SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    ATES_LOG_LEVEL: 'error',
    ...auth.env(),
  };
  const child = spawn(process.execPath, [join(root, 'template/ates-node/index.mjs')], { env, stdio: 'inherit' });
  children.push(child);
  const url = `http://127.0.0.1:${port}/`;
  await until('mailer-send', 10_000, () => answers(`${url}_/ready`));
  const poke = async () => {
    const { status } = await fetch(url, { method: 'POST', headers: { 'x-topic': 'cron-function' } });
    expect(status).toBe(202);
  };
  const deliver = (events: readonly unknown[]) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-ates-caller-key': CALLER_KEY, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
    });
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  return { poke, deliver, kill };
}

const requested = () => {
  const userId = auth.introduce();
  return exampleOf(payoutRequestedV1, { payoutId: randomUUID(), userId });
};
const row = async (payoutId: string) => (await mailer.rows('SELECT * FROM mails WHERE payout_id = ?', [payoutId]))[0];
const idsOf = (payoutId: string) => taken.flatMap(({ id }) => (id.includes(payoutId) ? [id] : []));

it('killed after the mail server has taken a letter and before it is marked: it goes out again as the same letter', async () => {
  const { data, ...event } = requested();
  const first = await start();
  const other = await mysql.createConnection({ uri: mailer.databaseUrl('x').href.replace('x@', adminLogin()) });
  // The row is locked before the answer goes out, so that the process stands at the marking until it is killed.
  beforeAnswer = async () => {
    await other.query('START TRANSACTION');
    await other.query('SELECT id FROM mails WHERE payout_id = ? FOR UPDATE', [data.payoutId]);
  };
  await first.deliver([{ ...event, data }]);
  const waits = async () => {
    const [database] = mailer.databaseUrl('x').pathname.slice(1).split('/');
    const [{ n }] = await mailer.rows(
      "SELECT count(*) AS n FROM information_schema.processlist WHERE db = ? AND info LIKE 'select%mails%for update'",
      [database],
    );
    return n;
  };
  await expect.poll(waits, { timeout: 10_000 }).toBe(1);
  await first.kill();
  await other.query('ROLLBACK');
  await other.end();
  beforeAnswer = async () => undefined;
  expect(await row(data.payoutId)).toMatchObject({ status: 'pending', attempts: 0, sent_at: null });
  expect(idsOf(data.payoutId)).toHaveLength(1);

  const second = await start();
  await second.poke();
  expect((await row(data.payoutId)).status).toBe('pending'); // nobody takes it from one that may still be sending
  await mailer.rows('UPDATE mails SET next_try_at = created_at WHERE payout_id = ?', [data.payoutId]); // its lease is over
  await second.poke();
  await expect.poll(async () => (await row(data.payoutId)).status, { timeout: 10_000 }).toBe('sent');
  const id = `<${data.payoutId}.payout@ates.example>`;
  expect(idsOf(data.payoutId)).toEqual([id, id]);
}, 60_000);

it('two processes share what is due, and send each letter once', async () => {
  const [one, two] = [await start(), await start()];
  const events = Array.from({ length: 600 }, requested);
  await Promise.all([one.deliver(events.slice(0, 300)), two.deliver(events.slice(300))]);
  await Promise.all([one.poke(), two.poke()]);
  const left = async () => (await mailer.rows("SELECT count(*) AS n FROM mails WHERE status <> 'sent'"))[0].n;
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
  for (const { data } of events) expect(idsOf(data.payoutId)).toEqual([`<${data.payoutId}.payout@ates.example>`]);
}, 60_000);

/** Of whoever made the test's database. */
function adminLogin(): string {
  const { username, password } = new URL(process.env.ATES_TEST_DATABASE_SERVER ?? '');
  return `${username}:${password}@`;
}
