import { createReadStream, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import type { EventEnvelope } from '#contracts/event';
import { listLetters } from '../functions/connectors/ops/dead-letters.ts';
import { openDeadQueues, withBroker } from '../functions/connectors/ops/dead-queues.ts';
import { readSubscriptions } from '../functions/connectors/queue/subscriptions.ts';
import { root } from '../scripts/build.ts';
import type { Run } from './system.ts';

export const TRACE_USAGE = 'trace ID [--since INSTANT]';

/** One thing that happened in the story. */
interface Step {
  readonly at: Date;
  /** Where it is read: a part, or a book. */
  readonly where: string;
  readonly what: string;
}

/** Of a close of a million accounts the first are enough to see what became of it. */
const MOST_EVENTS = 1_000;
const BEFORE_MS = 60_000; // clocks may differ
const WITHOUT_LOG_MS = 24 * 3_600_000;
const QUERY_MS = 60_000;

const TELLING = ['tasks', 'accounts', 'billing'] as const;

/**
 * `npm run ates -- trace ID`: one story in the order of time, from the click at nginx through events to ledger rows,
 * payouts and letters: the code for support on a page, `X-Trace-Id` of an answer, `trace_id` of a row. Nothing has an
 * index by trace, since that would cost every write: outboxes, payouts and letters are looked through by their time,
 * from the first line of a log on (or `--since`), and what events brought about is found by their ids.
 * @throws RangeError when it is not used as it is meant, or nothing is found.
 */
export async function trace(args: readonly string[], run: Run, dataDir: string): Promise<void> {
  const options = { since: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const traceId = /^(?:[\da-f]{2}-)?([\da-f]{32})(?:-[\da-f]{16}-[\da-f]{2})?$/.exec(positionals[0] ?? '')?.[1];
  const given = values.since === undefined ? null : new Date(values.since);
  if (!traceId || positionals.length > 1 || (given && Number.isNaN(given.getTime()))) {
    throw new RangeError(`Usage: npm run ates -- ${TRACE_USAGE}; an ID has 32 hexadecimal digits.`);
  }
  const logged = await logLines(dataDir, traceId);
  const first = Math.min(
    ...logged.map(({ at }) => at.getTime()),
    Date.now() - (logged.length > 0 ? 0 : WITHOUT_LOG_MS),
  );
  const since = given ?? new Date(first - BEFORE_MS);

  const { steps, notes } = await bookSteps(run, traceId, since);
  const story = [...logged, ...steps].sort((a, b) => a.at.getTime() - b.at.getTime());
  if (story.length === 0) {
    throw new RangeError(`Nothing is known of ${traceId} since ${since.toISOString()}. Look further back by --since.`);
  }
  // What a message or a log line says of itself must not steer the terminal.
  for (const { at, where, what } of story) {
    console.log(`${at.toISOString()}  ${where.padEnd(20)}  ${what.replaceAll(/\p{Cc}/gu, '?')}`);
  }
  for (const note of notes) console.log(note);
}

/** What parts have logged under the trace, and the entry's own line. */
async function logLines(dataDir: string, traceId: string): Promise<Step[]> {
  const files = globSync(['log/*.log', 'nginx/logs/access.log'], { cwd: dataDir });
  const steps: Step[] = [];
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(join(dataDir, file)) })) {
      if (!line.includes(traceId)) continue;
      const step = logStep(line, basename(file, '.log'));
      if (step) steps.push(step);
    }
  }
  return steps;
}

function logStep(line: string, part: string): Step | null {
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const at = new Date(String(entry.time));
    if (Number.isNaN(at.getTime())) return null;
    if (part === 'access') {
      const { method, path, status, seconds } = entry;
      return { at, where: 'nginx', what: `${method} ${path}: ${status} in ${Math.round(Number(seconds) * 1_000)} ms` };
    }
    const { time: _, part: __, traceId: ___, level, msg, err, ...more } = entry;
    const failure = err ? { err: (err as { message?: string }).message } : {};
    const details = Object.entries({ ...more, ...failure }).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return { at, where: part, what: [level === 'info' ? '' : `${level}:`, msg, ...details].filter(Boolean).join(' ') };
  } catch {
    return null; // the first line of a log that was cut
  }
}

interface Told {
  readonly service: string;
  readonly event: EventEnvelope;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly state: string;
}

/** What stands in the services' books, and at the broker. */
async function bookSteps(run: Run, traceId: string, since: Date): Promise<{ steps: Step[]; notes: string[] }> {
  const open = new Map<string, Connection>();
  const notes: string[] = [];
  const rows = async (service: string, sql: string, params: unknown[]): Promise<RowDataPacket[]> => {
    const uri = run.databases[service] ?? '';
    const connection =
      open.get(service) ?? (await mysql.createConnection({ uri, timezone: 'Z', connectTimeout: 5_000 }));
    open.set(service, connection);
    return (await connection.query<RowDataPacket[]>({ sql, values: params, timeout: QUERY_MS }))[0];
  };
  const among = (ids: readonly string[]) => (ids.length > 0 ? ids : ['']);
  try {
    const told: Told[] = [];
    for (const service of TELLING) {
      const found = await rows(
        service,
        'SELECT envelope, created_at, sent_at, state FROM outbox WHERE id >= ? AND envelope LIKE ? ORDER BY id LIMIT ?',
        [firstIdOf(since), `%-${traceId}-%`, MOST_EVENTS],
      );
      if (found.length === MOST_EVENTS) notes.push(`There are more events of ${service} than these ${MOST_EVENTS}.`);
      for (const { envelope, created_at, sent_at, state } of found) {
        const event = JSON.parse(envelope) as EventEnvelope;
        told.push({ service, event, createdAt: created_at, sentAt: sent_at, state });
      }
    }
    const eventIds = among(told.map(({ event }) => event.id));
    const payoutIds = among(told.map(({ event }) => event.subject));
    const ofPayouts = [payoutIds, since, traceId];

    const heard = new Map<string, Set<string>>(); // by function
    for (const { function: name } of subscriptions()) {
      const sql = 'SELECT event_id FROM inbox WHERE consumer = ? AND event_id IN (?)';
      const ids = await rows(serviceOf(name), sql, [name, eventIds]);
      heard.set(name, new Set(ids.map(({ event_id }) => event_id)));
    }
    const postings = await rows('accounts', 'SELECT * FROM transactions WHERE event_id IN (?) OR payout_id IN (?)', [
      eventIds,
      payoutIds,
    ]);
    const payouts = await rows(
      'billing',
      'SELECT * FROM payouts WHERE id IN (?) UNION SELECT * FROM payouts WHERE created_at >= ? AND trace_id = ?',
      ofPayouts,
    );
    const attempts = await rows('billing', 'SELECT * FROM attempts WHERE payout_id IN (?)', [
      among(payouts.map(({ id }) => id)),
    ]);
    const columns = 'id, kind, reason, copy_no, user_id, status, attempts, created_at, sent_at';
    const letters = await rows(
      'mailer',
      `SELECT ${columns} FROM mails WHERE payout_id IN (?) UNION SELECT ${columns} FROM mails WHERE created_at >= ? AND trace_id = ?`,
      ofPayouts,
    );

    const steps = [
      ...told.flatMap((each) => toldSteps(each, heard)),
      ...postings.map(postingStep),
      ...payouts.flatMap(payoutSteps),
      ...attempts.flatMap(attemptSteps),
      ...letters.flatMap(letterSteps),
      ...(await deadSteps(run, traceId, notes)),
    ];
    return { steps, notes };
  } finally {
    for (const connection of open.values()) connection.destroy();
  }
}

const subscriptions = () => readSubscriptions(join(root, 'stack.yml'));
const serviceOf = (name: string): string => name.split('-')[0] as string;

function toldSteps(
  { service, event, createdAt, sentAt, state }: Told,
  heard: ReadonlyMap<string, Set<string>>,
): Step[] {
  const where = `${service}: outbox`;
  const steps = [{ at: createdAt, where, what: `told ${event.type} ${event.id}, about ${event.subject}` }];
  if (!sentAt) return [...steps, { at: createdAt, where, what: `${event.id} is ${state}: not sent yet` }];
  const hearing = subscriptions().filter(({ bindings }) =>
    bindings.some((each) => event.type.startsWith(each.replace(/#$/, ''))),
  );
  const by = (has: boolean) =>
    hearing.filter(({ function: name }) => heard.get(name)?.has(event.id) === has).map((each) => each.function);
  const missing = by(false).length > 0 ? `; NOT YET by ${by(false).join(', ')}` : '';
  return [
    ...steps,
    { at: sentAt, where, what: `sent ${event.id}; handled by ${by(true).join(', ') || 'nobody'}${missing}` },
  ];
}

const dollars = (cents: unknown): string => (Number(cents) / 100).toFixed(2);

const postingStep = (row: RowDataPacket): Step => ({
  at: instantOf(row.id) ?? row.datetime,
  where: 'accounts: ledger',
  what: `${row.kind} ${dollars(row.sum)}, balance ${dollars(row.balance)}, of ${row.user_id} (${row.task_id ?? row.payout_id})`,
});

function payoutSteps(row: RowDataPacket): Step[] {
  const where = 'billing: payout';
  const steps = [
    { at: row.created_at, where, what: `${row.id} of ${dollars(row.amount)} for ${row.user_id} asked for` },
  ];
  if (row.state === 'paid') return [...steps, { at: row.paid_at, where, what: `${row.id} paid` }];
  return [
    ...steps,
    { at: row.created_at, where, what: `${row.id} is ${row.state}${row.reason ? `: ${row.reason}` : ''}` },
  ];
}

function attemptSteps(row: RowDataPacket): Step[] {
  const where = 'billing: bank';
  const key = row.key_number === 1 ? row.payout_id : `${row.payout_id}:${row.key_number}`;
  const steps = [{ at: row.created_at, where, what: `sent under ${key}, ${row.sent} times` }];
  return row.settled_at ? [...steps, { at: row.settled_at, where, what: `${key}: ${row.outcome}` }] : steps;
}

function letterSteps(row: RowDataPacket): Step[] {
  const where = 'mailer: letter';
  const name = [row.kind, row.reason, row.copy_no > 1 ? `copy ${row.copy_no}` : ''].filter(Boolean).join(', ');
  const steps = [{ at: row.created_at, where, what: `${row.id} (${name}) for ${row.user_id} ordered` }];
  if (row.sent_at) return [...steps, { at: row.sent_at, where, what: `${row.id} sent` }];
  return [...steps, { at: row.created_at, where, what: `${row.id} is ${row.status} after ${row.attempts} tries` }];
}

async function deadSteps(run: Run, traceId: string, notes: string[]): Promise<Step[]> {
  try {
    const functions = subscriptions().map((each) => each.function);
    return await withBroker(run.amqpUrl, async (connection) => {
      const { letters, beyond } = await listLetters(await openDeadQueues(connection), functions);
      if (beyond > 0) notes.push(`${beyond} dead letters were not looked at: too many.`);
      return letters
        .filter((letter) => letter.traceId === traceId)
        .map(({ id, function: name, eventId, reason, parkedAt }) => ({
          at: new Date(parkedAt ?? 0),
          where: `${name}.dead`,
          what: `PARKED ${eventId ?? '-'}: ${reason ?? '-'} (dead show ${id})`,
        }));
    });
  } catch {
    notes.push('Dead letters were not looked at: the broker is away, or somebody else reads them.');
    return [];
  }
}

/** The lowest UUIDv7 of an instant: ids of that kind are in the order of time, which makes them an index by time. */
function firstIdOf(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** When a UUIDv7 was made; null: it is of another kind. */
function instantOf(id: string): Date | null {
  return id[14] === '7' ? new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)) : null;
}
