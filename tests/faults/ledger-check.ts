import mysql, { type Connection } from 'mysql2/promise';
import type { Run } from '../../local/system.ts';

/**
 * Checks the money of a running system against its own databases. Shares no code with the services: it knows only
 * tables and rules. Effects are read before their causes, so that it may look while the system works.
 */

export interface Finding {
  readonly invariant: string;
  readonly detail: string;
}

type Row = Record<string, string | number | null>;

const read = async (connection: Connection, sql: string): Promise<Row[]> => (await connection.query(sql))[0] as Row[];

/** What must hold at any moment, under load and faults. */
export async function checkLedger(run: Pick<Run, 'databases'>): Promise<Finding[]> {
  const accounts = await connect(run.databases.accounts);
  const tasks = await connect(run.databases.tasks);
  try {
    const ledger = await snapshot(
      accounts,
      'SELECT * FROM transactions ORDER BY user_id, seq',
      'SELECT * FROM accounts',
      'SELECT * FROM day_totals',
    );
    const [rows = [], heads = [], totals = []] = ledger;
    const [told = [], history = [], assignees = []] = await snapshot(
      tasks,
      'SELECT id, type, envelope FROM outbox',
      'SELECT * FROM task_history ORDER BY task_id, version',
      'SELECT id, user_id, status, fee, reward, version FROM tasks',
    );
    return [
      ...chains(rows, heads),
      ...amounts(rows),
      ...doubleEntry(rows, totals),
      ...causes(rows, told),
      ...histories(history, assignees),
    ];
  } finally {
    await Promise.all([accounts.end(), tasks.end()]);
  }
}

/** What must hold besides once everything has come to rest: every event told is recorded or parked; the days agree. */
export async function checkAtRest(run: Pick<Run, 'databases'>, parkedIds: ReadonlySet<string>): Promise<Finding[]> {
  const accounts = await connect(run.databases.accounts);
  const tasks = await connect(run.databases.tasks);
  try {
    const waiting = await read(tasks, "SELECT id FROM outbox WHERE state <> 'sent'");
    const told = await read(tasks, 'SELECT id FROM outbox');
    const recorded = new Set((await read(accounts, 'SELECT event_id FROM transactions')).map((row) => row.event_id));
    const lost = told.filter(({ id }) => !recorded.has(id as string) && !parkedIds.has(String(id)));
    return [
      ...waiting.map(({ id }) => ({ invariant: 'outbox-empty', detail: `event ${id} was not sent` })),
      ...lost.map(({ id }) => ({ invariant: 'told-is-recorded', detail: `event ${id} has no posting` })),
      ...(await checkDays(run)),
    ];
  } finally {
    await Promise.all([accounts.end(), tasks.end()]);
  }
}

/** The days of Analytics are what the ledger's rows say, once both have heard everything. */
export async function checkDays(run: Pick<Run, 'databases'>): Promise<Finding[]> {
  const accounts = await connect(run.databases.accounts);
  const analytics = await connect(run.databases.analytics);
  try {
    const rows = await read(accounts, 'SELECT user_id, kind, sum, business_date, task_id FROM transactions');
    const days = await read(analytics, 'SELECT date, profit, losers, task_top_id FROM dates ORDER BY date');
    const due = JSON.stringify(daysOf(rows));
    return JSON.stringify(days) === due
      ? []
      : [{ invariant: 'days', detail: `Analytics has ${JSON.stringify(days)}, the ledger ${due}` }];
  } finally {
    await Promise.all([accounts.end(), analytics.end()]);
  }
}

function daysOf(rows: readonly Row[]): Row[] {
  const byDay = Map.groupBy(rows, ({ business_date: date }) => String(date));
  const balances = new Map<unknown, number>();
  return [...byDay.keys()].sort().map((date) => {
    const own = byDay.get(date) ?? [];
    for (const { user_id: id, sum } of own) balances.set(id, (balances.get(id) ?? 0) + Number(sum));
    const charged = own.filter(({ kind }) => kind !== 'payout');
    const rewards = own.filter(({ kind }) => kind === 'reward');
    const highest = Math.max(...rewards.map(({ sum }) => Number(sum)));
    const dearest = rewards.filter(({ sum }) => sum === highest).map(({ task_id: id }) => String(id));
    return {
      date,
      profit: 0 - charged.reduce((total, { sum }) => total + Number(sum), 0),
      losers: [...balances.values()].filter((balance) => balance < 0).length,
      task_top_id: dearest.sort()[0] ?? null,
    };
  });
}

const connect = (url: string | undefined) =>
  mysql.createConnection({ uri: url ?? '', dateStrings: true, supportBigNumbers: true, connectTimeout: 5_000 });

async function snapshot(connection: Connection, ...queries: string[]): Promise<Row[][]> {
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  const results: Row[][] = [];
  for (const sql of queries) results.push(await read(connection, sql));
  await connection.query('COMMIT');
  return results;
}

/** Per worker: positions without gaps, running balance = the one before + amount, head = last row. */
function chains(rows: readonly Row[], heads: readonly Row[]): Finding[] {
  const findings: Finding[] = [];
  const last = new Map<string, { seq: number; balance: number }>();
  for (const row of rows) {
    const user = String(row.user_id);
    const before = last.get(user) ?? { seq: 0, balance: 0 };
    if (row.seq !== before.seq + 1)
      findings.push({ invariant: 'sequence', detail: `${user}: ${before.seq} is followed by ${row.seq}` });
    if (row.balance !== before.balance + Number(row.sum))
      findings.push({ invariant: 'running-balance', detail: `${user} at ${row.seq}` });
    last.set(user, { seq: Number(row.seq), balance: Number(row.balance) });
  }
  for (const head of heads) {
    const end = last.get(String(head.user_id)) ?? { seq: 0, balance: 0 };
    if (head.balance !== end.balance || head.seq !== end.seq)
      findings.push({ invariant: 'stored-balance', detail: String(head.user_id) });
    last.delete(String(head.user_id));
  }
  for (const user of last.keys())
    findings.push({ invariant: 'stored-balance', detail: `${user} has rows and no account` });
  return findings;
}

function amounts(rows: readonly Row[]): Finding[] {
  const fits = ({ kind, sum }: Row) => {
    const cents = Number(sum);
    if (kind === 'fee') return cents >= -2_000 && cents <= -1_000 && cents % 100 === 0;
    if (kind === 'reward') return cents >= 2_000 && cents <= 4_000 && cents % 100 === 0;
    return cents < 0;
  };
  return rows
    .filter((row) => !fits(row))
    .map((row) => ({ invariant: 'amount', detail: `${row.id}: ${row.kind} ${row.sum}` }));
}

/** The counter-accounts mirror the ledger, day by day and kind by kind. */
function doubleEntry(rows: readonly Row[], totals: readonly Row[]): Finding[] {
  const sums = new Map<string, number>();
  for (const row of rows)
    sums.set(`${row.business_date} ${row.kind}`, (sums.get(`${row.business_date} ${row.kind}`) ?? 0) + Number(row.sum));
  const findings: Finding[] = [];
  for (const { date, kind, sum } of totals) {
    const key = `${date} ${kind}`;
    if ((sums.get(key) ?? 0) !== Number(sum)) findings.push({ invariant: 'double-entry', detail: key });
    sums.delete(key);
  }
  for (const key of sums.keys()) findings.push({ invariant: 'double-entry', detail: `${key} has no counter-account` });
  return findings;
}

/** Each posting has its event in Tasks' outbox with the same content; each event and each fact counts once. */
function causes(rows: readonly Row[], told: readonly Row[]): Finding[] {
  const events = new Map(
    told.map((row) => [row.id, JSON.parse(String(row.envelope)) as { type: string; data: Record<string, unknown> }]),
  );
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    if (row.kind === 'payout') continue;
    for (const key of [`event ${row.event_id}`, `fact ${row.kind} ${row.task_id} ${row.version}`]) {
      if (seen.has(key)) findings.push({ invariant: 'once', detail: key });
      seen.add(key);
    }
    const event = events.get(row.event_id as string);
    const cents = row.kind === 'fee' ? -Number(event?.data.feeCents) : Number(event?.data.rewardCents);
    const same = event && cents === row.sum && event.data.userId === row.user_id && event.data.taskId === row.task_id;
    if (!same) findings.push({ invariant: 'cause', detail: `${row.id} has no event with its content` });
  }
  return findings;
}

/** Per task: versions 1..n, a closing only as the last, and the assignee of the last assignment. */
function histories(history: readonly Row[], tasks: readonly Row[]): Finding[] {
  const byTask = Map.groupBy(history, (row) => row.task_id);
  return tasks.flatMap((task) => {
    const steps = byTask.get(task.id as string) ?? [];
    const gapless = steps.every((step, index) => step.version === index + 1) && steps.length === task.version;
    const closings = steps.filter((step) => step.kind === 'closed');
    const closedLast = closings.length === 0 || (closings.length === 1 && steps.at(-1)?.kind === 'closed');
    const isClosed = (task.status === 'closed') === (closings.length === 1);
    const assignee = steps.findLast((step) => step.kind === 'assigned')?.user_id === task.user_id;
    return gapless && closedLast && isClosed && assignee
      ? []
      : [{ invariant: 'task-history', detail: String(task.id) }];
  });
}
