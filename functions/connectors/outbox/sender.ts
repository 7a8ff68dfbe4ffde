import { setTimeout as pause } from 'node:timers/promises';
import { MAX_EVENT_BYTES } from '#contracts/event';
import type { Database, Transaction } from '#platform/database';
import { alarm, type Log } from '#platform/log';
import { Counter } from '#platform/metrics';
import { secondsUntilNextTry } from './back-off.ts';
import type { OutboxRow, Publish } from './publisher.ts';

const BATCH_ROWS = 500;
/** Two batches at once where there is a backlog: while one waits for the broker's confirms, the other works with the database. */
const LANES = 2;
const LOOK_EVERY_MS = 1_000;
/** Where one command has committed others are about to: they share a transaction. */
const LINGER_MS = 5;
/** Where several have, as many more are coming: larger batches leave the machine to those who add. */
const BUSY_ROWS = 4;
const BUSY_LINGER_MS = 40;
const TIDY_EVERY_MS = 60_000;
const TRANSACTION_MS = 20_000;

const sent = new Counter({ name: 'ates_outbox_sent_total', help: 'Events confirmed.', labelNames: ['service'] });
const unsent = new Counter({
  name: 'ates_outbox_unsent_total',
  help: 'Returned, refused or parked.',
  labelNames: ['service', 'outcome'],
});
/** Sends one service's outbox. Several at once, also in other processes, share its rows by SKIP LOCKED. */
export class OutboxSender {
  readonly service: string;
  readonly database: Database;
  readonly #log: Log;
  readonly #lookEveryMs: number;
  #hint: () => void = () => undefined;
  #hinted = false;
  #tidiedAt = 0;

  constructor(service: string, database: Database, log: Log, lookEveryMs = LOOK_EVERY_MS) {
    this.#lookEveryMs = lookEveryMs;
    this.service = service;
    this.database = database;
    this.#log = log.child({ service });
  }

  /** Look now: there is something to send. */
  wake(): void {
    this.#hinted = true;
    this.#hint();
  }

  /** Sends until `ended`. @throws Error when it is unknown what became of a batch: the channel must not be used again. */
  async run(publish: Publish, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      this.#hinted = false;
      const rows = await this.#sendBatch(publish);
      if (rows === BATCH_ROWS) await Promise.all(Array.from({ length: LANES }, () => this.#drain(publish, ended)));
      await this.#tidy();
      if (!this.#hinted) await this.#nextLook(ended);
      await pause(rows < BUSY_ROWS ? LINGER_MS : BUSY_LINGER_MS);
    }
  }

  /** Batch after batch while they are full; a database that is away is waited for. */
  async #drain(publish: Publish, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const rows = await this.#sendBatch(publish);
      if (rows < BATCH_ROWS) return;
    }
  }

  async #sendBatch(publish: Publish): Promise<number> {
    let unknown: unknown;
    const work = async (tx: Transaction) => {
      const rows = await takeRows(tx);
      const { sendable, spoilt } = sortOut(rows);
      if (spoilt.length > 0) await this.#park(tx, spoilt);
      if (sendable.length === 0) return rows.length;
      const outcomes = await publish(sendable).catch((error: unknown) => {
        unknown = error;
        throw error;
      });
      const confirmed = sendable.filter((row) => outcomes.get(row.id) === 'confirmed');
      if (confirmed.length > 0) await markSent(tx, confirmed);
      const refused = sendable.filter((row) => outcomes.get(row.id) !== 'confirmed');
      if (refused.length > 0) await this.#postpone(tx, refused);
      sent.inc({ service: this.service }, confirmed.length);
      return rows.length;
    };
    try {
      return await this.database.transaction(work, { deadline: performance.now() + TRANSACTION_MS, repeatable: true });
    } catch (error) {
      if (unknown) throw unknown;
      this.#log.warn({ err: error }, 'the database is away');
      return 0;
    }
  }

  async #park(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
    await tx.connection.query("UPDATE outbox SET state = 'parked' WHERE seq IN (?)", [rows.map(({ seq }) => seq)]);
    unsent.inc({ service: this.service, outcome: 'parked' }, rows.length);
    alarm(this.#log, 'outbox-row-spoilt', { service: this.service, ids: rows.map(({ id }) => id).slice(0, 10) });
  }

  async #postpone(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
    const seconds = secondsUntilNextTry(Math.min(...rows.map((row) => row.attempts)));
    await tx.connection.query(
      'UPDATE outbox SET attempts = attempts + 1, try_after = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE seq IN (?)',
      [seconds, rows.map(({ seq }) => seq)],
    );
    unsent.inc({ service: this.service, outcome: 'returned' }, rows.length);
    const types = [...new Set(rows.map(({ type }) => type))];
    alarm(this.#log, 'event-taken-by-no-queue', { service: this.service, types, rows: rows.length });
  }

  /** Deletes what was sent more than 7 days ago, in small steps. */
  async #tidy(): Promise<void> {
    if (Date.now() - this.#tidiedAt < TIDY_EVERY_MS) return;
    this.#tidiedAt = Date.now();
    const statement =
      "DELETE FROM outbox WHERE state = 'sent' AND sent_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY ORDER BY sent_at LIMIT 1000";
    await this.database
      .read((db) => db.connection.query(statement))
      .catch((error: unknown) => this.#log.warn({ err: error }, 'the database is away'));
  }

  async #nextLook(ended: AbortSignal): Promise<void> {
    const hinted = new Promise<void>((resolve) => {
      this.#hint = resolve;
    });
    const timer = new AbortController();
    const signal = AbortSignal.any([ended, timer.signal]);
    await Promise.race([hinted, pause(this.#lookEveryMs, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }
}

async function takeRows(tx: Transaction): Promise<OutboxRow[]> {
  const [rows] = await tx.connection.query(
    'SELECT seq, id, type, envelope, attempts FROM outbox ' +
      "WHERE state = 'pending' AND try_after <= UTC_TIMESTAMP(3) ORDER BY try_after, seq LIMIT ? FOR UPDATE SKIP LOCKED",
    [BATCH_ROWS],
  );
  return rows as OutboxRow[];
}

async function markSent(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
  await tx.connection.query(
    "UPDATE outbox SET state = 'sent', sent_at = UTC_TIMESTAMP(3), attempts = attempts + 1 WHERE seq IN (?)",
    [rows.map(({ seq }) => seq)],
  );
}

/** A row whose envelope is not the event it claims to be can never be sent; it must not hold up those behind it. */
function sortOut(rows: readonly OutboxRow[]): { sendable: OutboxRow[]; spoilt: OutboxRow[] } {
  const isSendable = ({ id, type, envelope }: OutboxRow) => {
    if (Buffer.byteLength(envelope) > MAX_EVENT_BYTES) return false;
    try {
      const event = JSON.parse(envelope) as { id?: unknown; type?: unknown } | null;
      return event?.id === id && event?.type === type;
    } catch {
      return false;
    }
  };
  return { sendable: rows.filter(isSendable), spoilt: rows.filter((row) => !isSendable(row)) };
}
