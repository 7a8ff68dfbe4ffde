import type { Run } from '../../local/system.ts';
import { type Books, type EventRow, type HistoryRow, type PayoutRow, readBooks, type TransactionRow } from './books.ts';

/**
 * What must hold of the money, whatever was killed when: judged from the books alone, by rules written a second time.
 * `check.unit.test.ts` plants a corruption for each of them.
 */
export interface Finding {
  readonly invariant: string;
  readonly detail: string;
}

/** Where each business day begins and ends, as UTC text of the databases: `2026-11-22 21:00:00.000`. */
export type DayBounds = (date: string) => { readonly start: string; readonly end: string };

/** Calendar days of Moscow, which has had no summer time since 2014. */
export const moscowDays: DayBounds = (date) => {
  const at = (days: number) =>
    new Date(Date.parse(date) + days * 86_400_000 - 3 * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
  return { start: at(0), end: at(1) };
};

/** What holds at any moment, under load and faults. */
export const findings = (books: Books, boundsOf: DayBounds = moscowDays): Finding[] => [
  ...ledgerFindings(books, boundsOf),
  ...payoutsAndBank(books),
  ...letters(books),
];

const ledgerFindings = (books: Books, boundsOf: DayBounds): Finding[] => [
  ...chains(books),
  ...amounts(books),
  ...doubleEntry(books),
  ...causes(books),
  ...histories(books),
  ...closedDays(books, boundsOf),
  ...leftOut(books),
];

/**
 * Tasks and the ledger alone, of a system in which tests have put events before Billing or Mailer that nobody else has
 * heard of.
 */
export const checkLedger = async (run: Run): Promise<Finding[]> => ledgerFindings(await readBooks(run), moscowDays);

/** The same at rest: every task's event is recorded and counted, and Analytics' days are the ledger's. */
export async function checkLedgerAtRest(run: Run): Promise<Finding[]> {
  const books = await readBooks(run);
  const ofTasks = { ...books, requested: [], blocked: [] };
  return [...toldIsHandled(ofTasks, new Set()), ...profitIsCounterpart(books), ...analyticsAgrees(books)];
}

interface Rest {
  /** Events that were put aside with a reason, by id. */
  readonly parked?: ReadonlySet<string>;
  /** How many messages more than letters there may be: lost answers of the mail server. */
  readonly extraMessages?: number;
}

/** What holds besides once everything has come to rest. */
export function findingsAtRest(books: Books, { parked = new Set(), extraMessages = 0 }: Rest = {}): Finding[] {
  return [
    ...toldIsHandled(books, parked),
    ...profitIsCounterpart(books),
    ...payoutsAgree(books),
    ...analyticsAgrees(books),
    ...lettersAreSent(books, extraMessages),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** 1. Per worker: positions without gaps, running balance = the one before + amount, stored balance = the last. */
function chains({ transactions, accounts }: Books): Finding[] {
  const found: Finding[] = [];
  const last = new Map<string, { seq: number; balance: number }>();
  for (const row of transactions) {
    const before = last.get(row.user_id) ?? { seq: 0, balance: 0 };
    if (row.seq !== before.seq + 1)
      found.push({ invariant: 'sequence', detail: `${row.user_id}: ${before.seq} is followed by ${row.seq}` });
    if (row.balance !== before.balance + row.sum)
      found.push({ invariant: 'running-balance', detail: `${row.user_id} at ${row.seq}` });
    last.set(row.user_id, row);
  }
  for (const account of accounts) {
    const { seq, balance } = last.get(account.user_id) ?? { seq: 0, balance: 0 };
    if (account.balance !== balance || account.seq !== seq)
      found.push({ invariant: 'stored-balance', detail: account.user_id });
    last.delete(account.user_id);
  }
  for (const user of last.keys()) found.push({ invariant: 'stored-balance', detail: `${user} has rows, no account` });
  return found;
}

/** 2. Amounts are within their limits and are the task's own. */
function amounts({ transactions, tasks }: Books): Finding[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const fits = ({ kind, sum: cents, task_id }: TransactionRow) => {
    if (kind === 'payout') return cents < 0;
    const task = byId.get(task_id ?? '');
    if (cents % 100 !== 0) return false;
    if (kind === 'fee') return cents >= -2_000 && cents <= -1_000 && (!task || task.fee === -cents);
    return cents >= 2_000 && cents <= 4_000 && (!task || task.reward === cents);
  };
  return transactions
    .filter((row) => !fits(row))
    .map((row) => ({ invariant: 'amount', detail: `${row.id}: ${row.kind} ${row.sum}` }));
}

/** The counter-accounts mirror the ledger, day by day and kind by kind. */
function doubleEntry({ transactions, dayTotals }: Books): Finding[] {
  const rows = Map.groupBy(transactions, ({ business_date, kind }) => `${business_date} ${kind}`);
  const found: Finding[] = [];
  for (const { date, kind, sum: cents, rows_count } of dayTotals) {
    const own = rows.get(`${date} ${kind}`) ?? [];
    if (sum(own.map((row) => row.sum)) !== cents || own.length !== rows_count)
      found.push({ invariant: 'double-entry', detail: `${date} ${kind}` });
    rows.delete(`${date} ${kind}`);
  }
  for (const key of rows.keys()) found.push({ invariant: 'double-entry', detail: `${key} has no counter-account` });
  return found;
}

interface Told {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const contentsOf = (events: readonly EventRow[]): Map<string, Told> =>
  new Map(events.map(({ id, envelope }) => [id, JSON.parse(envelope) as Told]));

/** 3. Each fact and event counts once, and each fee and reward has its event with the same content. */
function causes({ transactions, told }: Books): Finding[] {
  const events = contentsOf(told);
  const seen = new Set<string>();
  const found: Finding[] = [];
  for (const row of transactions) {
    const keys =
      row.kind === 'payout'
        ? [`payout ${row.payout_id}`, `payout of ${row.business_date} for ${row.user_id}`]
        : [`event ${row.event_id}`, `fact ${row.kind} ${row.task_id} ${row.version}`];
    for (const key of keys) {
      if (seen.has(key)) found.push({ invariant: 'once', detail: key });
      seen.add(key);
    }
    if (row.kind === 'payout') continue;
    const { type = '', data = {} } = events.get(row.event_id ?? '') ?? {};
    const cents = row.kind === 'fee' ? -Number(data.feeCents) : Number(data.rewardCents);
    const isKind = type.startsWith(row.kind === 'fee' ? 'tasks.task-assigned.' : 'tasks.task-closed.');
    const isSame = data.userId === row.user_id && data.taskId === row.task_id && data.version === row.version;
    if (!isKind || !isSame || cents !== row.sum)
      found.push({ invariant: 'cause', detail: `${row.id} has no such event` });
  }
  return found;
}

/** 4. Per task: versions 1..n, at most one closing, which is last; the assignee is the one of the last assignment. */
function histories({ tasks, history }: Books): Finding[] {
  const byTask = Map.groupBy(history, (row) => row.task_id);
  return tasks.flatMap((task) => {
    const steps: readonly HistoryRow[] = byTask.get(task.id) ?? [];
    const isGapless = steps.length === task.version && steps.every((step, index) => step.version === index + 1);
    const closings = steps.filter(({ kind }) => kind === 'closed');
    const isClosedLast = closings.length === 0 || (closings.length === 1 && steps.at(-1)?.kind === 'closed');
    const isState = (task.status === 'closed') === (closings.length === 1);
    const last = steps.findLast(({ kind }) => kind === 'assigned');
    const isOwn = last?.user_id === task.user_id && closings.every(({ user_id }) => user_id === task.user_id);
    return isGapless && isClosedLast && isState && isOwn ? [] : [{ invariant: 'task-history', detail: task.id }];
  });
}

/** 5. Closed days follow each other, each with its right cut-off, and pay just the positive balances of before it. */
function closedDays({ days, transactions, requested }: Books, boundsOf: DayBounds): Finding[] {
  const found: Finding[] = [];
  for (const [index, day] of days.entries()) {
    const before = days[index - 1];
    const { start, end } = boundsOf(day.date);
    if (before && boundsOf(before.date).end !== start)
      found.push({ invariant: 'days-in-order', detail: `${before.date} is followed by ${day.date}` });
    const isRight = day.early ? day.cut_off >= start && day.cut_off < end : day.cut_off === end;
    if (!isRight) found.push({ invariant: 'cut-off', detail: `${day.date}: ${day.cut_off}` });
    const paid = transactions.filter(({ kind, business_date }) => kind === 'payout' && business_date === day.date);
    if (paid.length !== day.payouts_count || -sum(paid.map((row) => row.sum)) !== day.payouts_total)
      found.push({ invariant: 'day-payouts', detail: day.date });
  }
  const cutOffs = new Map(days.map(({ date, cut_off }) => [date, cut_off]));
  for (const rows of Map.groupBy(transactions, ({ user_id }) => user_id).values()) {
    for (const [index, row] of rows.entries()) {
      if (row.kind !== 'payout') continue;
      const cutOff = cutOffs.get(row.business_date) ?? '';
      const owed = sum(rows.slice(0, index).flatMap((other) => (other.datetime < cutOff ? [other.sum] : [])));
      if (row.datetime !== cutOff || -row.sum !== Math.max(0, owed))
        found.push({ invariant: 'payout-amount', detail: `${row.payout_id}: ${-row.sum} of ${owed}` });
    }
  }
  const asked = new Map([...contentsOf(requested).values()].map(({ data }) => [data.payoutId, data]));
  for (const row of transactions.filter(({ kind }) => kind === 'payout')) {
    const data = asked.get(row.payout_id) ?? {};
    const isSame =
      data.userId === row.user_id && data.amountCents === -row.sum && data.businessDate === row.business_date;
    if (!isSame) found.push({ invariant: 'payout-requested', detail: String(row.payout_id) });
    asked.delete(row.payout_id);
  }
  for (const id of asked.keys()) found.push({ invariant: 'payout-requested', detail: `${id} has no movement` });
  return found;
}

/**
 * 5. Whoever had a positive balance when a day was closed was paid for it. When the closing came to a worker is known
 * within bounds: behind what was posted before it began and before its first payout, and before the first payout of a
 * later day, since days are closed in their order. So a payout is missing where the balance of before the cut-off was
 * positive all the time between: what was recorded late, and would have been paid with the next day, is no finding.
 */
function leftOut({ days, transactions }: Books): Finding[] {
  const firstPayouts = new Map<string, number>();
  for (const { kind, business_date: date, posting } of transactions)
    if (kind === 'payout') firstPayouts.set(date, Math.min(posting, firstPayouts.get(date) ?? posting));
  const byUser = Map.groupBy(transactions, ({ user_id }) => user_id);
  const found: Finding[] = [];
  for (const day of days.filter(({ state }) => state === 'closed')) {
    const begun = firstPayouts.get(day.date) ?? 0;
    const over = Math.min(...[...firstPayouts].flatMap(([date, posting]) => (date > day.date ? [posting] : [])));
    for (const [user, rows] of byUser) {
      if (rows.some(({ kind, business_date }) => kind === 'payout' && business_date === day.date)) continue;
      let balance = 0;
      let least = 0;
      for (const row of rows) {
        if (row.posting >= over) break;
        if (row.datetime >= day.cut_off) continue;
        balance += row.sum;
        const wasThere = row.posting < begun || madeAt(row.id) < day.started_at;
        least = wasThere ? balance : Math.min(least, balance);
      }
      if (least > 0) found.push({ invariant: 'left-out', detail: `${user} was not paid ${least} for ${day.date}` });
    }
  }
  return found;
}

/** The instant in a UUIDv7, as the databases write it. */
const madeAt = (id: string): string => {
  const ms = Number.parseInt(id.slice(0, 13).replace('-', ''), 16);
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
};

const payoutOfKey = (key: string): string => key.replace(/:\d+$/, '');

/** 6. Each payout has one movement of its amount; the bank has paid none of them twice, and all that are paid. */
function payoutsAndBank({ payouts, payoutsAfter, journal, transactions }: Books): Finding[] {
  const movements = new Map(transactions.flatMap((row) => (row.payout_id ? [[row.payout_id, row] as const] : [])));
  const found: Finding[] = [];
  for (const { id, user_id, amount, business_date } of payoutsAfter) {
    const row = movements.get(id);
    const isSame = row?.user_id === user_id && row.sum === -amount && row.business_date === business_date;
    if (!isSame) found.push({ invariant: 'payout-movement', detail: id });
  }
  const byPayout = Map.groupBy(journal, ({ key }) => payoutOfKey(key));
  const after = new Map(payoutsAfter.map((payout) => [payout.id, payout]));
  for (const [id, transfers] of byPayout) {
    const payout = after.get(id);
    if (!payout) found.push({ invariant: 'bank-payout', detail: `${id} was paid and is no payout` });
    else if (transfers.length > 1)
      found.push({ invariant: 'paid-once', detail: `${id}: ${transfers.length} transfers` });
    else if (transfers[0]?.amountCents !== payout.amount) found.push({ invariant: 'bank-amount', detail: id });
    else if (payout.state === 'blocked' || payout.state === 'failed')
      found.push({ invariant: 'paid-means-paid', detail: `${id} is ${payout.state}, and the bank has paid it` });
  }
  for (const { id, state } of payouts) {
    if (state === 'paid' && !byPayout.has(id))
      found.push({ invariant: 'paid-means-paid', detail: `${id} is paid, and not by the bank` });
  }
  return found;
}

/** 7. Each letter is about one payout; there is one for each payout, kind and reason, and one Message-ID each. */
function letters({ mails, messages, payoutsAfter, transactions }: Books): Finding[] {
  const owners = new Map<string, string>(payoutsAfter.map(({ id, user_id }) => [id, user_id]));
  for (const row of transactions) if (row.payout_id) owners.set(row.payout_id, row.user_id);
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const mail of mails) {
    if (owners.get(mail.payout_id) !== mail.user_id) found.push({ invariant: 'letter-payout', detail: mail.id });
    const key = `${mail.payout_id} ${mail.kind} ${mail.reason}`;
    if (mail.copy_of === null && seen.has(key)) found.push({ invariant: 'one-letter', detail: key });
    if (mail.copy_of === null) seen.add(key);
    if (mail.message_id !== null && seen.has(mail.message_id))
      found.push({ invariant: 'one-message-id', detail: mail.message_id });
    if (mail.message_id !== null) seen.add(mail.message_id);
  }
  const bare = (id: string) => id.replace(/^<|>$/g, '');
  const known = new Set(mails.flatMap(({ message_id }) => (message_id ? [bare(message_id)] : [])));
  for (const { messageId } of messages) {
    // Letters are stored before they are sent: a message that no row knows was never written by us.
    if (messageId && !known.has(bare(messageId))) found.push({ invariant: 'message-letter', detail: messageId });
  }
  return found;
}

/** Which functions hear an event, by its name without the version. */
const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  'tasks.task-assigned': ['accounts-record', 'analytics-aggregate'],
  'tasks.task-closed': ['accounts-record', 'analytics-aggregate'],
  'accounts.payout-requested': ['billing-pay-out', 'mailer-send', 'analytics-aggregate'],
  'billing.payout-blocked': ['mailer-send'],
};

/** 11. Every event that was told is sent, and handled or parked by each of its consumers; nothing else is handled. */
function toldIsHandled({ told, requested, blocked, handled }: Books, parked: ReadonlySet<string>): Finding[] {
  const done = new Set(handled.map(({ consumer, event_id }) => `${consumer} ${event_id}`));
  const found: Finding[] = [];
  for (const { id, type, state } of [...told, ...requested, ...blocked]) {
    if (state !== 'sent') found.push({ invariant: 'outbox-empty', detail: `${id} is ${state}` });
    for (const consumer of CONSUMERS[type.replace(/\.v\d+$/, '')] ?? [])
      if (!done.has(`${consumer} ${id}`) && !parked.has(id))
        found.push({ invariant: 'told-is-handled', detail: `${consumer} has not handled ${id}` });
  }
  return found;
}

/** 12. What workers have without payouts is what management has not; and it is what the closed tasks say. */
function profitIsCounterpart({ transactions, tasks, history }: Books): Finding[] {
  const fees = new Map(tasks.map(({ id, fee }) => [id, fee]));
  const rewards = new Map(tasks.map(({ id, reward }) => [id, reward]));
  const fromTasks = sum(
    history.map(({ task_id, kind }) => (kind === 'assigned' ? -(fees.get(task_id) ?? 0) : (rewards.get(task_id) ?? 0))),
  );
  const fromLedger = sum(transactions.flatMap((row) => (row.kind === 'payout' ? [] : [row.sum])));
  return fromTasks === fromLedger
    ? []
    : [{ invariant: 'profit', detail: `the ledger says ${fromLedger}, the tasks say ${fromTasks}` }];
}

/** 13. Every payout movement has come to Billing and to its letter; what is blocked has its letter too. */
function payoutsAgree({ transactions, payoutsAfter, mails, blocked }: Books): Finding[] {
  const byId = new Map<string, PayoutRow>(payoutsAfter.map((payout) => [payout.id, payout]));
  const written = new Set(mails.map(({ payout_id, kind, reason }) => `${payout_id} ${kind} ${reason}`));
  const found: Finding[] = [];
  for (const { payout_id: id } of transactions.filter(({ kind }) => kind === 'payout')) {
    const state = byId.get(id ?? '')?.state ?? 'missing';
    if (!['paid', 'blocked', 'failed'].includes(state))
      found.push({ invariant: 'payout-decided', detail: `${id} is ${state}` });
    if (!written.has(`${id} payout `)) found.push({ invariant: 'payout-letter', detail: String(id) });
  }
  for (const { data } of contentsOf(blocked).values())
    if (!written.has(`${data.payoutId} payout-blocked ${data.reason}`))
      found.push({ invariant: 'payout-letter', detail: `${data.payoutId} ${data.reason}` });
  return found;
}

/** 14. Analytics' days are what the ledger says, counted by other code. */
function analyticsAgrees({ transactions, dates }: Books): Finding[] {
  const found: Finding[] = [];
  const byDate = new Map(dates.map((row) => [row.date, row]));
  const balances = new Map<string, number>();
  for (const [date, rows] of [...Map.groupBy(transactions, (row) => row.business_date)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    for (const row of rows) balances.set(row.user_id, (balances.get(row.user_id) ?? 0) + row.sum);
    const profit = -sum(rows.flatMap((row) => (row.kind === 'payout' ? [] : [row.sum])));
    const losers = [...balances.values()].filter((balance) => balance < 0).length;
    const [top] = rows
      .filter(({ kind }) => kind === 'reward')
      .sort((a, b) => b.sum - a.sum || ((a.task_id ?? '') < (b.task_id ?? '') ? -1 : 1));
    const day = byDate.get(date);
    const isSame = day?.profit === profit && day.losers === losers && day.task_top_id === (top?.task_id ?? null);
    if (!isSame)
      found.push({ invariant: 'analytics', detail: `${date}: ${JSON.stringify(day)}, ${profit}, ${losers}` });
    byDate.delete(date);
  }
  for (const { date, profit, task_top_id } of byDate.values())
    if (profit !== 0 || task_top_id !== null) found.push({ invariant: 'analytics', detail: `${date} is of nothing` });
  return found;
}

/** Every letter that counts as sent is in the inbox, and no more often than answers of the mail server were lost. */
function lettersAreSent({ mails, messages }: Books, extraMessages: number): Finding[] {
  const bare = (id: string) => id.replace(/^<|>$/g, '');
  const arrived = Map.groupBy(messages, ({ messageId }) => bare(messageId));
  const found: Finding[] = [];
  let extra = 0;
  for (const { id, status, message_id } of mails) {
    const copies = arrived.get(bare(message_id ?? ''))?.length ?? 0;
    if (status === 'pending') found.push({ invariant: 'letter-sent', detail: `${id} is pending` });
    if (status === 'sent' && copies === 0) found.push({ invariant: 'letter-sent', detail: `${id} did not arrive` });
    extra += Math.max(0, copies - 1);
  }
  if (extra > extraMessages) found.push({ invariant: 'one-message', detail: `${extra} messages too many` });
  return found;
}
