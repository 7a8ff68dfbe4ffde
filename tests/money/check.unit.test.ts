import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Books, TransactionRow } from './books.ts';
import { findings, findingsAtRest } from './check.ts';

type Mutable<T> = T extends readonly (infer I)[]
  ? Mutable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
type Company = Mutable<Books>;

/** The id of a row that was made at that instant. */
const idAt = (datetime: string) => uuidv7({ msecs: Date.parse(`${datetime}Z`) });

const CUT_OFF = '2026-03-02 21:00:00.000';
const NEXT_CUT_OFF = '2026-03-03 15:00:00.000';

function told(id: string, type: string, data: object) {
  return { id, type, envelope: JSON.stringify({ type, data }), state: 'sent' };
}

/**
 * Two workers and two days in Moscow. Ada gets a task, closes it, is paid, gets a second task on the next day, which
 * was closed early; Bob had that one first, and is below zero. Cyd earned on the next day and has no card.
 */
function company(): Company {
  const row = (
    user_id: string,
    seq: number,
    kind: TransactionRow['kind'],
    sum: number,
    balance: number,
    datetime: string,
    rest: Partial<TransactionRow>,
  ) => ({
    ...{ id: idAt(datetime), posting: 0, user_id, seq, kind, sum, balance, datetime, task_id: null, version: null },
    ...{ event_id: null, payout_id: null, business_date: datetime <= CUT_OFF ? '2026-03-02' : '2026-03-03', ...rest },
  });
  const transactions = [
    row('ada', 1, 'fee', -1_000, -1_000, '2026-03-02 09:00:00.000', { task_id: 't1', version: 1, event_id: 'e1' }),
    row('ada', 2, 'reward', 4_000, 3_000, '2026-03-02 10:00:00.000', { task_id: 't1', version: 2, event_id: 'e2' }),
    row('ada', 3, 'payout', -3_000, 0, CUT_OFF, { payout_id: 'p1' }),
    row('ada', 4, 'fee', -1_500, -1_500, '2026-03-03 09:00:00.000', { task_id: 't2', version: 2, event_id: 'e4' }),
    row('bob', 1, 'fee', -1_500, -1_500, '2026-03-02 11:00:00.000', { task_id: 't2', version: 1, event_id: 'e3' }),
    row('cyd', 1, 'fee', -1_200, -1_200, '2026-03-03 08:00:00.000', { task_id: 't3', version: 1, event_id: 'e5' }),
    row('cyd', 2, 'reward', 2_200, 1_000, '2026-03-03 14:00:00.000', { task_id: 't3', version: 2, event_id: 'e6' }),
    row('cyd', 3, 'payout', -1_000, 0, NEXT_CUT_OFF, { payout_id: 'p2' }),
  ];
  // Posted as they occurred, the payouts when the closing came to them.
  const asPosted = transactions.toSorted((a, b) => (a.datetime < b.datetime ? -1 : 1));
  for (const [index, posted] of asPosted.entries()) posted.posting = index + 1;
  const task = (id: string, status: string, user_id: string, fee: number, reward: number, version: number) => ({
    ...{ id, status, user_id, fee, reward, version },
  });
  const step = (task_id: string, version: number, kind: 'assigned' | 'closed', user_id: string) => ({
    ...{ task_id, version, kind, user_id },
  });
  const assigned = (id: string, taskId: string, version: number, userId: string, feeCents: number) =>
    told(id, 'tasks.task-assigned.v2', { taskId, version, userId, feeCents });
  const closed = (id: string, taskId: string, version: number, userId: string, rewardCents: number) =>
    told(id, 'tasks.task-closed.v2', { taskId, version, userId, rewardCents });
  const requested = (id: string, payoutId: string, userId: string, amountCents: number, businessDate: string) =>
    told(id, 'accounts.payout-requested.v1', { payoutId, userId, amountCents, businessDate });
  const payouts = () => [
    { id: 'p1', user_id: 'ada', amount: 3_000, business_date: '2026-03-02', state: 'paid', reason: null },
    { id: 'p2', user_id: 'cyd', amount: 1_000, business_date: '2026-03-03', state: 'blocked', reason: 'no-card' },
  ];
  const mail = (id: string, payout_id: string, user_id: string, kind: string, reason: string) => ({
    ...{ id, payout_id, user_id, kind, reason, copy_of: null, status: 'sent', message_id: `<${id}@ates>` },
  });
  const facts = transactions.map(
    ({ event_id, id, kind, user_id, sum, business_date, task_id, version, payout_id }) => ({
      ...{ event_id: event_id ?? `of ${id}`, kind, user_id, sum, business_date, task_id, version, payout_id },
    }),
  );
  const taskEvents = ['e1', 'e2', 'e3', 'e4', 'e5', 'e6'];
  const by = (consumer: string, ids: string[]) => ids.map((event_id) => ({ consumer, event_id }));
  return {
    messages: ['m1', 'm2', 'm3'].map((id) => ({
      messageId: `<${id}@ates>`,
      to: 'somebody',
      at: '2026-03-03T21:00:01.000Z',
    })),
    mails: [
      mail('m1', 'p1', 'ada', 'payout', ''),
      mail('m2', 'p2', 'cyd', 'payout', ''),
      mail('m3', 'p2', 'cyd', 'payout-blocked', 'no-card'),
    ],
    facts,
    dates: [
      { date: '2026-03-02', profit: -1_500, losers: 1, task_top_id: 't1' },
      { date: '2026-03-03', profit: 500, losers: 2, task_top_id: 't3' },
    ],
    payouts: payouts(),
    payoutsAfter: payouts(),
    journal: [{ key: 'p1', amountCents: 3_000, cardLast4: '4242' }],
    blocked: [told('b1', 'billing.payout-blocked.v1', { payoutId: 'p2', reason: 'no-card' })],
    transactions,
    accounts: [
      { user_id: 'ada', seq: 4, balance: -1_500 },
      { user_id: 'bob', seq: 1, balance: -1_500 },
      { user_id: 'cyd', seq: 3, balance: 0 },
    ],
    dayTotals: [
      { date: '2026-03-02', kind: 'fee', sum: -2_500, rows_count: 2 },
      { date: '2026-03-02', kind: 'reward', sum: 4_000, rows_count: 1 },
      { date: '2026-03-02', kind: 'payout', sum: -3_000, rows_count: 1 },
      { date: '2026-03-03', kind: 'fee', sum: -2_700, rows_count: 2 },
      { date: '2026-03-03', kind: 'reward', sum: 2_200, rows_count: 1 },
      { date: '2026-03-03', kind: 'payout', sum: -1_000, rows_count: 1 },
    ],
    days: [
      {
        date: '2026-03-02',
        state: 'closed',
        cut_off: CUT_OFF,
        early: 0,
        started_at: CUT_OFF,
        payouts_count: 1,
        payouts_total: 3_000,
      },
      {
        date: '2026-03-03',
        state: 'closed',
        cut_off: NEXT_CUT_OFF,
        early: 1,
        started_at: NEXT_CUT_OFF,
        payouts_count: 1,
        payouts_total: 1_000,
      },
    ],
    requested: [requested('r1', 'p1', 'ada', 3_000, '2026-03-02'), requested('r2', 'p2', 'cyd', 1_000, '2026-03-03')],
    told: [
      ...[
        assigned('e1', 't1', 1, 'ada', 1_000),
        closed('e2', 't1', 2, 'ada', 4_000),
        assigned('e3', 't2', 1, 'bob', 1_500),
      ],
      ...[
        assigned('e4', 't2', 2, 'ada', 1_500),
        assigned('e5', 't3', 1, 'cyd', 1_200),
        closed('e6', 't3', 2, 'cyd', 2_200),
      ],
    ],
    tasks: [
      task('t1', 'closed', 'ada', 1_000, 4_000, 2),
      task('t2', 'open', 'ada', 1_500, 3_000, 2),
      task('t3', 'closed', 'cyd', 1_200, 2_200, 2),
    ],
    history: [
      ...[step('t1', 1, 'assigned', 'ada'), step('t1', 2, 'closed', 'ada')],
      ...[step('t2', 1, 'assigned', 'bob'), step('t2', 2, 'assigned', 'ada')],
      ...[step('t3', 1, 'assigned', 'cyd'), step('t3', 2, 'closed', 'cyd')],
    ],
    handled: [
      ...by('accounts-record', taskEvents),
      ...by('analytics-aggregate', [...taskEvents, 'r1', 'r2']),
      ...by('billing-pay-out', ['r1', 'r2']),
      ...by('mailer-send', ['r1', 'r2', 'b1']),
    ],
  };
}

it('a company whose books are right has no finding', () => {
  expect(findings(company())).toEqual([]);
  expect(findingsAtRest(company())).toEqual([]);
});

const at = <T>(rows: T[], index: number): T => rows[index] as T;
const edit = (event: { envelope: string }, data: object) => {
  const envelope = JSON.parse(event.envelope) as { data: object };
  event.envelope = JSON.stringify({ ...envelope, data: { ...envelope.data, ...data } });
};

/** Dan earned on the first day; where it was not posted before a closing's first payout, when it was made is not known. */
function earned(books: Company, { posting }: { posting: number }) {
  const [sum, datetime] = [3_000, '2026-03-02 12:00:00.000'];
  const id = idAt('2026-03-05 12:00:00.000');
  books.transactions.push({ ...at(books.transactions, 1), id, posting, user_id: 'dan', seq: 1, sum, datetime });
}

const CORRUPTIONS: [string, (books: Company) => unknown, string][] = [
  ['a movement is gone', (b) => b.transactions.splice(1, 1), 'sequence'],
  ['the last movement is gone', (b) => b.transactions.splice(3, 1), 'stored-balance'],
  ['an amount is off by a cent', (b) => (at(b.transactions, 0).sum -= 1), 'amount'],
  [
    'two positions are swapped',
    (b) => b.transactions.splice(0, 2, at(b.transactions, 1), at(b.transactions, 0)),
    'sequence',
  ],
  ['a running balance is off', (b) => (at(b.transactions, 1).balance += 1), 'running-balance'],
  ['a stored balance is off', (b) => (at(b.accounts, 1).balance += 1), 'stored-balance'],
  ['a head counts one too many', (b) => (at(b.accounts, 0).seq += 1), 'stored-balance'],
  ['an account is gone', (b) => b.accounts.pop(), 'stored-balance'],
  ['a fee is beyond its limit', (b) => (at(b.transactions, 4).sum = -2_100), 'amount'],
  ['a fee is not the one of its task', (b) => (at(b.tasks, 1).fee = 1_400), 'amount'],
  ['a reward is not the one of its task', (b) => (at(b.tasks, 0).reward = 3_900), 'amount'],
  ['a payout gives instead of taking', (b) => (at(b.transactions, 2).sum = 3_000), 'amount'],
  ['a counter-account is off', (b) => (at(b.dayTotals, 0).sum += 100), 'double-entry'],
  ['a counter-account is gone', (b) => b.dayTotals.pop(), 'double-entry'],
  ['a counter-account counts too many rows', (b) => (at(b.dayTotals, 1).rows_count += 1), 'double-entry'],
  ['an event counts twice', (b) => (at(b.transactions, 3).event_id = 'e1'), 'once'],
  ['a fact counts twice', (b) => Object.assign(at(b.transactions, 3), { task_id: 't1', version: 1 }), 'once'],
  ['a payout is posted twice', (b) => (at(b.transactions, 7).payout_id = 'p1'), 'once'],
  [
    'somebody is paid twice for a day',
    (b) => Object.assign(at(b.transactions, 7), { user_id: 'ada', business_date: '2026-03-02' }),
    'once',
  ],
  ['a movement has no event', (b) => b.told.shift(), 'cause'],
  ['an event told another amount', (b) => edit(at(b.told, 0), { feeCents: 1_100 }), 'cause'],
  ['an event told of another worker', (b) => edit(at(b.told, 0), { userId: 'bob' }), 'cause'],
  [
    'a reward was recorded of an assignment',
    (b) => (at(b.told, 1).envelope = at(b.told, 1).envelope.replace('closed', 'assigned')),
    'cause',
  ],
  ['a step of a history is gone', (b) => b.history.splice(2, 1), 'task-history'],
  ['a task was closed twice', (b) => b.history.splice(2, 0, { ...at(b.history, 1), version: 3 }), 'task-history'],
  [
    'a task was given on after it was closed',
    (b) => Object.assign(at(b.history, 0), { kind: 'closed' }) && Object.assign(at(b.history, 1), { kind: 'assigned' }),
    'task-history',
  ],
  ['a closed task counts as open', (b) => (at(b.tasks, 0).status = 'open'), 'task-history'],
  ['a task has another assignee than it was given to', (b) => (at(b.tasks, 1).user_id = 'bob'), 'task-history'],
  ['a day was left out', (b) => (at(b.days, 1).date = '2026-03-04'), 'days-in-order'],
  ['a cut-off is a second late', (b) => (at(b.days, 0).cut_off = '2026-03-02 21:00:01.000'), 'cut-off'],
  ['an early cut-off lies on the day before', (b) => (at(b.days, 1).cut_off = '2026-03-02 20:00:00.000'), 'cut-off'],
  ['a day counts a payout too few', (b) => (at(b.days, 0).payouts_count = 0), 'day-payouts'],
  [
    'a payout is not the balance of its cut-off',
    (b) => (at(b.transactions, 1).datetime = '2026-03-02 22:00:00.000'),
    'payout-amount',
  ],
  [
    'a payout did not occur at its cut-off',
    (b) => (at(b.transactions, 2).datetime = '2026-03-02 20:59:59.999'),
    'payout-amount',
  ],
  ['a closing paid nobody', (b) => b.transactions.splice(2, 1), 'left-out'],
  ['a worker was left out of a closing', (b) => earned(b, { posting: 3.5 }), 'left-out'],
  [
    'a worker whose reward was posted late was left out of the next closing',
    (b) => earned(b, { posting: 4.5 }),
    'left-out',
  ],
  [
    'a payout was asked for with another amount',
    (b) => edit(at(b.requested, 0), { amountCents: 3_001 }),
    'payout-requested',
  ],
  ['a payout was never asked for', (b) => b.requested.pop(), 'payout-requested'],
  [
    'a payout was asked for and never posted',
    (b) => b.requested.push(told('r3', 'accounts.payout-requested.v1', { payoutId: 'p9' })),
    'payout-requested',
  ],
  ['Billing pays another amount', (b) => (at(b.payoutsAfter, 0).amount = 3_001), 'payout-movement'],
  ['Billing pays somebody else', (b) => (at(b.payoutsAfter, 0).user_id = 'bob'), 'payout-movement'],
  ['the bank has paid twice', (b) => b.journal.push({ ...at(b.journal, 0), key: 'p1:2' }), 'paid-once'],
  ['the bank has paid a cent more', (b) => (at(b.journal, 0).amountCents += 1), 'bank-amount'],
  ['the bank has paid what nobody owes', (b) => b.journal.push({ ...at(b.journal, 0), key: 'p9' }), 'bank-payout'],
  ['what is paid was never paid', (b) => b.journal.pop(), 'paid-means-paid'],
  [
    'what is blocked was paid',
    (b) => b.journal.push({ ...at(b.journal, 0), key: 'p2', amountCents: 1_000 }),
    'paid-means-paid',
  ],
  ['a letter is about no payout', (b) => (at(b.mails, 0).payout_id = 'p9'), 'letter-payout'],
  ['a letter goes to somebody else', (b) => (at(b.mails, 0).user_id = 'bob'), 'letter-payout'],
  [
    'a letter was written twice',
    (b) => b.mails.push({ ...at(b.mails, 0), id: 'm9', message_id: '<m9@ates>' }),
    'one-letter',
  ],
  ['two letters have one Message-ID', (b) => (at(b.mails, 1).message_id = '<m1@ates>'), 'one-message-id'],
  [
    'a message was sent of no letter',
    (b) => b.messages.push({ ...at(b.messages, 0), messageId: '<m9@ates>' }),
    'message-letter',
  ],
];

const CORRUPTIONS_AT_REST: [string, (books: Company) => unknown, string][] = [
  ['an event was not sent', (b) => (at(b.told, 0).state = 'pending'), 'outbox-empty'],
  ['an event was not recorded', (b) => b.handled.splice(0, 1), 'told-is-handled'],
  [
    'a payout did not come to Billing',
    (b) => (b.handled = b.handled.filter(({ consumer }) => consumer !== 'billing-pay-out')),
    'told-is-handled',
  ],
  ['a fee was told and not recorded', (b) => b.transactions.splice(4, 1), 'profit'],
  ['a payout is still unknown', (b) => (at(b.payoutsAfter, 0).state = 'unknown'), 'payout-decided'],
  ['a payout is not at Billing', (b) => b.payoutsAfter.shift(), 'payout-decided'],
  ['a letter was dropped', (b) => b.mails.shift(), 'payout-letter'],
  ['the letter about a blocked payout was dropped', (b) => b.mails.pop(), 'payout-letter'],
  ['a profit of Analytics is off', (b) => (at(b.dates, 0).profit += 100), 'analytics'],
  ['losers of Analytics are off', (b) => (at(b.dates, 1).losers = 1), 'analytics'],
  ['the dearest task is another', (b) => (at(b.dates, 0).task_top_id = 't2'), 'analytics'],
  ['a day of Analytics is gone', (b) => b.dates.pop(), 'analytics'],
  ['a day of Analytics is of nothing', (b) => b.dates.push({ ...at(b.dates, 0), date: '2026-03-09' }), 'analytics'],
  ['a letter is pending', (b) => (at(b.mails, 0).status = 'pending'), 'letter-sent'],
  ['a letter that was sent did not arrive', (b) => b.messages.shift(), 'letter-sent'],
  ['a letter arrived twice', (b) => b.messages.push(at(b.messages, 0)), 'one-message'],
];

describe('each corruption is found, by the invariant that it breaks', () => {
  it.each(CORRUPTIONS)('at any moment: %s', (_, corrupt, invariant) => {
    const books = company();
    corrupt(books);
    expect(findings(books).map((finding) => finding.invariant)).toContain(invariant);
  });

  it.each(CORRUPTIONS_AT_REST)('at rest: %s', (_, corrupt, invariant) => {
    const books = company();
    corrupt(books);
    expect(findingsAtRest(books).map((finding) => finding.invariant)).toContain(invariant);
  });
});

it.each([
  ['was posted behind the first payouts of both days', [[9, 3_000]]],
  [
    'may have been paid back before the closing came to it',
    [
      [3.5, 3_000],
      [4.5, -3_000],
      [4.6, -100],
    ],
  ],
  [
    'was a debt when the closing began',
    [
      [3.5, -1_000],
      [4.5, 3_000],
      [5.5, -2_000],
    ],
  ],
] as [string, [number, number][]][])('nobody was left out whose balance %s', (_, rows) => {
  const books = company();
  for (const [posting, sum] of rows) {
    earned(books, { posting });
    at(books.transactions, books.transactions.length - 1).sum = sum;
  }
  expect(findings(books).filter(({ invariant }) => invariant === 'left-out')).toEqual([]);
});

it('an event that was parked with a reason is no loss, and a lost answer of the mail server explains a second message', () => {
  const books = company();
  books.handled = books.handled.filter(({ event_id }) => event_id !== 'b1');
  expect(findingsAtRest(books, { parked: new Set(['b1']) })).toEqual([]);
  books.messages.push(at(books.messages, 0));
  expect(findingsAtRest(books, { parked: new Set(['b1']), extraMessages: 1 })).toEqual([]);
});
