import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { dataSchemaOf } from '#contracts/event';
import { cardCipher } from '../../functions/billing/card-cipher.ts';
import type { Run } from '../../local/system.ts';

/** Closing a day that owes many people something: until the day is closed, all are paid at the bank, all letters sent. */

const CARD = '4242424242424242';
const TIMEOUT_MS = 300_000;

export interface CloseTimes {
  readonly payees: number;
  /** Seconds from the command to the last payout in the ledger, the last answer of the bank, the last letter. */
  readonly ledger: number;
  readonly bank: number;
  readonly letters: number;
}

/** @param accountantCookie of a session that lives at least a minute more */
export async function measureClose(
  run: Run,
  dataDir: string,
  payees: number,
  accountantCookie: string,
): Promise<CloseTimes> {
  const [auth, tasks, accounts, billing, mailer] = await Promise.all(
    ['auth', 'tasks', 'accounts', 'billing', 'mailer'].map((name) =>
      mysql.createConnection({ uri: run.databases[name] ?? '', connectTimeout: 5_000 }),
    ),
  );
  const all = [auth, tasks, accounts, billing, mailer] as Connection[];
  try {
    const ids = Array.from({ length: payees }, () => uuidv7());
    await hire(auth as Connection, billing as Connection, dataDir, ids);
    await earn(tasks as Connection, ids);
    const count = async (connection: Connection | undefined, sql: string) =>
      Number(((await (connection as Connection).query(sql))[0] as { n: number }[])[0]?.n);
    const posted = "SELECT count(*) AS n FROM transactions WHERE kind = 'payout'";
    const paid = "SELECT count(*) AS n FROM payouts WHERE state IN ('paid', 'blocked', 'failed')";
    const sent = "SELECT count(*) AS n FROM mails WHERE status = 'sent' AND kind = 'payout'";
    const owed = 'SELECT count(*) AS n FROM accounts WHERE balance > 0';
    await until(async () => (await count(accounts, owed)) >= payees);
    const wanted = await count(accounts, owed);

    const headers = { cookie: accountantCookie, 'content-type': 'application/json' };
    const { today } = await (
      await fetch(`${run.url}/api/accounts/me`, { headers, signal: AbortSignal.timeout(30_000) })
    ).json();
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1_000;
    const path = `${run.url}/api/accounts/days/${today.date}/close`;
    const body = JSON.stringify({ early: true });
    const answer = await fetch(path, { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) });
    if (answer.status !== 202) throw new Error(`closing the day answered ${answer.status}: ${await answer.text()}`);
    const reaches = async (connection: Connection | undefined, sql: string) => {
      await until(async () => (await count(connection, sql)) >= wanted);
      return seconds();
    };
    const [ledger, bank, letters] = await Promise.all([
      reaches(accounts, posted),
      reaches(billing, paid),
      reaches(mailer, sent),
    ]);
    return { payees: wanted, ledger, bank, letters };
  } finally {
    await Promise.all(all.map((connection) => connection.end()));
  }
}

/** Workers with a card, as Auth and Billing keep them. */
async function hire(auth: Connection, billing: Connection, dataDir: string, ids: readonly string[]): Promise<void> {
  const cipher = cardCipher(readFileSync(join(dataDir, 'secrets/card-encryption-keys'), 'utf8').trim());
  const [[somebody]] = (await auth.query('SELECT password_hash FROM users LIMIT 1')) as unknown as [
    [{ password_hash: string }],
  ];
  for (let n = 0; n < ids.length; n += 1_000) {
    const some = ids.slice(n, n + 1_000);
    const users = some.map((id) => [id, `${id}@bench.example`, 'worker', 'Popug', somebody.password_hash, new Date()]);
    await auth.query('INSERT INTO users (id, email, role, name, password_hash, created_at) VALUES ?', [users]);
    const cards = some.map((id) => [id, cipher.seal(id, CARD), CARD.slice(-4), 'active', 1]);
    await billing.query('INSERT INTO users (id, card_number, card_last4, status, card_version) VALUES ?', [cards]);
  }
}

/** A closed task for each, as its event stands in Tasks' outbox. */
async function earn(tasks: Connection, ids: readonly string[]): Promise<void> {
  const type = 'tasks.task-closed.v2';
  for (let n = 0; n < ids.length; n += 1_000) {
    const at = new Date();
    const rows = ids.slice(n, n + 1_000).map((userId) => {
      const [id, taskId] = [uuidv7(), uuidv7()];
      const data = { taskId, title: 'Пересчитать зёрна', jiraId: null, userId, rewardCents: 3_000, version: 2 };
      const envelope = {
        ...{ specversion: '1.0', id, source: 'ates/tasks', type, time: at.toISOString(), subject: taskId },
        ...{ datacontenttype: 'application/json', dataschema: dataSchemaOf(type), data },
        traceparent: `00-${taskId.replaceAll('-', '')}-00f067aa0ba902b7-01`,
      };
      return [id, type, JSON.stringify(envelope), at, at];
    });
    await tasks.query('INSERT INTO outbox (id, type, envelope, created_at, try_after) VALUES ?', [rows]);
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('it took too long');
    await pause(50);
  }
}
