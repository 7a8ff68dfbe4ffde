import { BusinessDay } from '#contracts/fields';
import { Reconciliation } from '#contracts/rest/accounts';
import { type AnalyticsDay, AnalyticsDays } from '#contracts/rest/analytics';
import { Payouts } from '#contracts/rest/billing';
import { Mails } from '#contracts/rest/mailer';
import { type TaskFact, TaskFacts } from '#contracts/rest/tasks';
import type { BusinessDate } from '#platform/business-day';
import { invalid } from '#platform/errors';
import { query } from '#platform/route';
import { dayOf } from '../db/days.ts';
import {
  balanceEntries,
  counterEntries,
  figureEntries,
  payoutEntries,
  taskEntries,
  taskEntry,
} from '../db/reconciling.ts';
import { compare, type Entry, reconciliationOf } from '../domain/reconciliation.ts';

/** «Сверка»: the ledger against its balances and counter-accounts, and against the books of the other services. */
export const reconciliation = query({
  path: '/api/accounts/reconciliation',
  summary: "The day's ledger against balances, counter-accounts, tasks' events, payouts, letters and analytics.",
  roles: ['accountant', 'admin'],
  query: { day: BusinessDay },
  answers: { 200: Reconciliation },
  async run({ query, db, calendar, now, services }) {
    const at = await now();
    const today = calendar.dateOf(at);
    const date = (query.day as BusinessDate | undefined) ?? today;
    if (date > today) throw invalid('?day', 'has not begun yet');
    const [facts, payouts, mails, analytics] = await Promise.all([
      services.all('tasks-api', `/api/tasks/facts?day=${date}`, TaskFacts),
      services.all('billing-api', `/api/billing/payouts?day=${date}`, Payouts),
      services.all('mailer-api', `/api/mailer/mails?day=${date}`, Mails),
      services.get('analytics-api', `/api/analytics/days?from=${date}&to=${date}`, AnalyticsDays),
    ]);
    const day = await dayOf(db, date);
    const closedAt = day && (day.finishedAt ?? at);
    const balances = await balanceEntries(db, date);
    const counters = await counterEntries(db, date);
    const owed = await payoutEntries(db, date, closedAt);
    const letters = Map.groupBy(
      mails.filter(({ kind, copyOf }) => kind === 'payout' && copyOf === null),
      ({ payoutId }) => payoutId,
    );
    return reconciliationOf(
      date,
      [
        compare('balances', balances.ledger, balances.stored),
        compare('double-entry', counters.ledger, counters.counter),
        compare('events', facts.map(factEntry), await taskEntries(db, date)),
        compare(
          'payouts',
          owed,
          payouts.map(({ id, amountCents, createdAt }) => ({ id, value: amountCents, at: new Date(createdAt) })),
        ),
        compare(
          'letters',
          owed.map((payout) => ({ ...payout, value: 1 })),
          [...letters].map(([id, { length }]) => ({ id, value: length, at: null })),
        ),
        compare('analytics', await figureEntries(db, date, closedAt), analytics.items.flatMap(figuresOf)),
      ],
      at,
    );
  },
});

const factEntry = ({ kind, cents, at, ...fact }: TaskFact): Entry =>
  taskEntry({ ...fact, sumCents: kind === 'fee' ? -cents : cents, datetime: new Date(at) });

const figuresOf = ({ feesCents, rewardsCents, losers, topTask }: AnalyticsDay): Entry[] => [
  { id: 'feesCents', value: feesCents, at: null },
  { id: 'rewardsCents', value: rewardsCents, at: null },
  { id: 'losers', value: losers, at: null },
  { id: 'topTask', value: topTask?.taskId ?? 'none', at: null },
];
