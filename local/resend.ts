import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import type { Run } from './system.ts';

export const RESEND_USAGE = 'resend SERVICE --since INSTANT';

const STEP_ROWS = 1_000;
const NO_SUCH_TABLE = 1146;

/**
 * `npm run ates -- resend tasks --since 2026-11-23T10:00:00Z`: what the service's outbox has sent since then is sent
 * again, under the same ids. Whoever has it ignores it; so this is the cure for a queue or binding that was missing,
 * and for a database that was restored. Sent events are kept 7 days.
 * @throws RangeError when it is not used as it is meant.
 */
export async function resend(args: readonly string[], run: Run): Promise<void> {
  const options = { since: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [service = '', ...more] = positionals;
  const since = new Date(values.since);
  if (more.length > 0 || !service) throw new RangeError(`Usage: npm run ates -- ${RESEND_USAGE}`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(values.since) || Number.isNaN(since.getTime())) {
    throw new RangeError('--since needs an instant in UTC, such as 2026-11-23T10:00:00Z.');
  }
  const uri = run.databases[service];
  if (!uri) throw new RangeError(`There is no service ${service}. There are ${Object.keys(run.databases).join(', ')}.`);
  const connection = await mysql.createConnection({ uri, timezone: 'Z', connectTimeout: 5_000 });
  try {
    console.log(`${await sendAgain(connection, since)} events of ${service} go out again`);
  } catch (error) {
    if ((error as { errno?: number }).errno !== NO_SUCH_TABLE) throw error;
    throw new RangeError(`The service ${service} tells no events.`);
  } finally {
    await connection.end();
  }
}

/** Makes sent rows pending in small steps; those that go out meanwhile are sent later than `until`, and not taken again. */
async function sendAgain(connection: mysql.Connection, since: Date): Promise<number> {
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  const [[row]] = await connection.query<(mysql.RowDataPacket & { until: Date })[]>('SELECT UTC_TIMESTAMP(3) AS until');
  const until = row?.until ?? since;
  for (let count = 0; ; ) {
    const [{ affectedRows }] = await connection.query<mysql.ResultSetHeader>(
      "UPDATE outbox SET state = 'pending', attempts = 0, try_after = UTC_TIMESTAMP(3) " +
        "WHERE state = 'sent' AND sent_at >= ? AND sent_at < ? ORDER BY sent_at LIMIT ?",
      [since, until, STEP_ROWS],
    );
    count += affectedRows;
    if (affectedRows < STEP_ROWS) return count;
  }
}
