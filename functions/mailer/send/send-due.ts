import { randomUUID } from 'node:crypto';
import { alarm, type Log } from '#platform/log';
import { Counter } from '#platform/metrics';
import { spanned } from '#platform/telemetry';
import { withTraceId } from '#platform/trace';
import type { Work, WorkCall } from '#platform/work';
import { claimDue, keepWritten, type MailRow, release, saveSettled } from '../db/mails.ts';
import { type Outcome, type Settled, settle } from '../domain/delivery.ts';
import { CONNECTIONS, type MailServer, openMailServer } from './mail-server.ts';
import { READERS_AT_ONCE, readersOf } from './readers.ts';
import { type Prepared, prepare } from './write.ts';

/** How long a run holds its letters: longer than it sends, so that only a run that died or slept loses them. */
const LEASE_MS = 30_000;
/** No letter is begun later than that after the lease was renewed. */
const SENDING_MS = 5_000;

const letters = new Counter({ name: 'ates_letters_total', help: 'Tries by outcome.', labelNames: ['outcome'] });

type Ready = Extract<Prepared, { address: string }>;
type Tried = readonly { mail: MailRow; outcome: Outcome }[];

/**
 * Writes and sends letters that are due. A letter is stored as it will go out before it goes, and goes again as it is
 * stored when it is not known what became of it: with the same Message-ID.
 */
export const sendDue: Work = {
  async step({ transaction, services, config, log }) {
    const run = randomUUID();
    const leaseFrom = (now: Date) => ({ id: run, until: new Date(now.getTime() + LEASE_MS) });
    const taken = await transaction(async ({ tx, now }) => {
      const at = await now();
      return claimDue(tx, leaseFrom(at), at, READERS_AT_ONCE);
    });
    if (taken.length === 0) return false;

    const unwritten = taken.filter(({ email }) => email === null);
    const readers = await readersOf(
      services,
      unwritten.map(({ userId }) => userId),
    );
    const prepared = taken.map((mail) => prepare(mail, readers, config));
    const ready = prepared.filter((letter) => 'address' in letter);
    const stopped = prepared.filter((letter) => 'outcome' in letter);

    const sendUntil = performance.now() + SENDING_MS;
    const held = await transaction(async ({ tx, now }) => {
      const written = ready.filter(({ isNew }) => isNew).map(({ mail }) => mail);
      return keepWritten(tx, leaseFrom(await now()), taken, written);
    });
    const keep = (tried: Tried) => keepOutcomes({ transaction, log }, run, tried);
    await keep(stopped);
    const sendable = ready.filter(({ mail }) => held.has(mail.id));
    const { untried, isAway } = await sendAll(openMailServer(config), sendable, sendUntil, keep);
    await transaction(async ({ tx, now }) => release(tx, run, untried, await now()));

    return !isAway && readers !== null && (taken.length === READERS_AT_ONCE || untried.length > 0);
  },
};

/**
 * Sends as many letters at once as there are connections, and keeps what came of them before it begins the next: if
 * the process dies, no more than these are sent twice. A server that says nothing about any of them is away: the
 * others wait untried.
 */
async function sendAll(
  server: MailServer,
  ready: readonly Ready[],
  sendUntil: number,
  keep: (tried: Tried) => Promise<void>,
): Promise<{ untried: MailRow[]; isAway: boolean }> {
  const restFrom = (index: number) => ready.slice(index).map(({ mail }) => mail);
  try {
    for (let index = 0; index < ready.length; index += CONNECTIONS) {
      if (performance.now() > sendUntil) return { untried: restFrom(index), isAway: false };
      const some = ready.slice(index, index + CONNECTIONS);
      const answers = await Promise.all(some.map((letter) => sendOne(server, letter)));
      await keep(some.map(({ mail }, at) => ({ mail, outcome: (answers[at] as { outcome: Outcome }).outcome })));
      if (answers.every(({ answered }) => !answered)) return { untried: restFrom(index + CONNECTIONS), isAway: true };
    }
    return { untried: [], isAway: false };
  } finally {
    server.close();
  }
}

/** Sending a letter belongs to the story that has ordered it. */
const sendOne = (server: MailServer, { mail, address }: Ready) =>
  withTraceId(mail.traceId, () =>
    spanned(
      { name: 'send letter', kind: 'client' },
      () => server.send(mail, address),
      ({ answered, outcome }) => ({ failed: !answered, attributes: { outcome: outcome.is } }),
    ),
  );

async function keepOutcomes(
  { transaction, log }: Pick<WorkCall, 'transaction'> & { log: Log },
  run: string,
  tried: Tried,
): Promise<void> {
  if (tried.length === 0) return;
  const settled = await transaction(async ({ tx, now }) => {
    const at = await now();
    const settled = tried.map(({ mail, outcome }): Settled => settle(mail, outcome, at, Math.random()));
    const rows = tried.map(({ mail }) => mail);
    await saveSettled(tx, run, rows, settled);
    return settled;
  });
  for (const { outcome } of tried) letters.inc({ outcome: outcome.is });
  for (const { id, status } of settled) if (status === 'failed') alarm(log, 'mail-failed', { mailId: id });
}
