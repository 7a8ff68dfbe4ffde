import mysql, { type Connection } from 'mysql2/promise';
import type { Run } from '../../local/system.ts';

/**
 * Everything that the system has written about money, read from its own databases, the bank and the mail catcher. Knows
 * only tables: it shares no code with the services. Effects are read before their causes, so that it may look while
 * the system works.
 */
export interface Books {
  readonly messages: readonly { messageId: string; to: string; at: string }[];
  readonly mails: readonly MailRow[];
  readonly facts: readonly FactRow[];
  readonly dates: readonly DateRow[];
  /** Billing's payouts as they were before the journal was read, and after it. */
  readonly payouts: readonly PayoutRow[];
  readonly payoutsAfter: readonly PayoutRow[];
  readonly journal: readonly { key: string; amountCents: number; cardLast4: string }[];
  readonly blocked: readonly EventRow[];
  readonly transactions: readonly TransactionRow[];
  readonly accounts: readonly { user_id: string; seq: number; balance: number }[];
  readonly dayTotals: readonly { date: string; kind: Kind; sum: number; rows_count: number }[];
  readonly days: readonly DayRow[];
  readonly requested: readonly EventRow[];
  readonly told: readonly EventRow[];
  readonly tasks: readonly TaskRow[];
  readonly history: readonly HistoryRow[];
  /** Event ids by the function that has handled them. */
  readonly handled: readonly { consumer: string; event_id: string }[];
}

type Kind = 'fee' | 'reward' | 'payout';

export interface TransactionRow {
  /** A UUIDv7: it tells when the row was made, under the account's lock. */
  readonly id: string;
  /** The order of posting across workers, also taken under the account's lock. */
  readonly posting: number;
  readonly user_id: string;
  readonly seq: number;
  readonly kind: Kind;
  readonly sum: number;
  readonly balance: number;
  readonly datetime: string;
  readonly business_date: string;
  readonly task_id: string | null;
  readonly version: number | null;
  readonly event_id: string | null;
  readonly payout_id: string | null;
}

export interface DayRow {
  readonly date: string;
  readonly state: 'closing' | 'closed';
  readonly cut_off: string;
  readonly early: number;
  readonly started_at: string;
  readonly payouts_count: number;
  readonly payouts_total: number;
}

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly envelope: string;
  readonly state: string;
}

export interface TaskRow {
  readonly id: string;
  readonly status: string;
  readonly user_id: string;
  readonly fee: number;
  readonly reward: number;
  readonly version: number;
}

export interface HistoryRow {
  readonly task_id: string;
  readonly version: number;
  readonly kind: 'assigned' | 'closed';
  readonly user_id: string;
}

export interface PayoutRow {
  readonly id: string;
  readonly user_id: string;
  readonly amount: number;
  readonly business_date: string;
  readonly state: string;
  readonly reason: string | null;
}

export interface MailRow {
  readonly id: string;
  readonly payout_id: string;
  readonly user_id: string;
  readonly kind: string;
  readonly reason: string;
  readonly copy_of: string | null;
  readonly status: string;
  readonly message_id: string | null;
}

export interface FactRow {
  readonly event_id: string;
  readonly kind: Kind;
  readonly user_id: string;
  readonly sum: number;
  readonly business_date: string;
  readonly task_id: string | null;
  readonly version: number | null;
  readonly payout_id: string | null;
}

export interface DateRow {
  readonly date: string;
  readonly profit: number;
  readonly losers: number;
  readonly task_top_id: string | null;
}

const EVENTS = 'SELECT id, type, envelope, state FROM outbox';
const PAYOUTS = 'SELECT id, user_id, amount, business_date, state, reason FROM payouts';
const HANDLED = 'SELECT consumer, event_id FROM inbox';

export async function readBooks({ databases, bankUrl, inboxUrl }: Run): Promise<Books> {
  const messages = (await (await fetch(`${inboxUrl}/api/messages`, timed())).json()) as Books['messages'];
  const [mails, mailerHandled] = await snapshot(
    databases.mailer,
    'SELECT id, payout_id, user_id, kind, reason, copy_of, status, message_id FROM mails',
    HANDLED,
  );
  const [facts, dates, analyticsHandled] = await snapshot(
    databases.analytics,
    'SELECT event_id, kind, user_id, sum, business_date, task_id, version, payout_id FROM facts',
    'SELECT date, profit, losers, task_top_id FROM dates ORDER BY date',
    HANDLED,
  );
  const [payouts] = await snapshot(databases.billing, PAYOUTS);
  const journal = (await (await fetch(`${bankUrl}/journal`, timed())).json()) as Books['journal'];
  const [payoutsAfter, blocked, billingHandled] = await snapshot(databases.billing, PAYOUTS, EVENTS, HANDLED);
  const [transactions, accounts, dayTotals, days, requested, accountsHandled] = await snapshot(
    databases.accounts,
    'SELECT * FROM transactions ORDER BY user_id, seq',
    'SELECT user_id, seq, balance FROM accounts',
    'SELECT date, kind, sum, rows_count FROM day_totals',
    'SELECT date, state, cut_off, early, started_at, payouts_count, payouts_total FROM days ORDER BY date',
    EVENTS,
    HANDLED,
  );
  const [told, tasks, history] = await snapshot(
    databases.tasks,
    EVENTS,
    'SELECT id, status, user_id, fee, reward, version FROM tasks',
    'SELECT task_id, version, kind, user_id FROM task_history ORDER BY task_id, version',
  );
  const handled = [mailerHandled, analyticsHandled, billingHandled, accountsHandled].flat();
  return {
    ...{ messages, mails, facts, dates, payouts, journal, payoutsAfter, blocked },
    ...{ transactions, accounts, dayTotals, days, requested, told, tasks, history, handled },
  } as unknown as Books;
}

const timed = () => ({ signal: AbortSignal.timeout(10_000) });

/** The tables as they stood at one moment. */
async function snapshot(url: string | undefined, ...queries: string[]): Promise<unknown[][]> {
  const connection: Connection = await mysql.createConnection({
    ...{ uri: url ?? '', dateStrings: true, supportBigNumbers: true, connectTimeout: 5_000 },
  });
  try {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const results: unknown[][] = [];
    for (const sql of queries) results.push((await connection.query({ sql, timeout: 30_000 }))[0] as unknown[]);
    await connection.query('COMMIT');
    return results;
  } finally {
    await connection.end();
  }
}
