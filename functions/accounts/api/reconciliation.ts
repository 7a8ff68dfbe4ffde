import { BusinessDay } from '#contracts/fields';
import { Reconciliation } from '#contracts/rest/accounts';
import { type AnalyticsDay, AnalyticsDays } from '#contracts/rest/analytics';
import { Payouts } from '#contracts/rest/billing';
import { Mails } from '#contracts/rest/mailer';
import { type TaskFact, TaskFacts, TaskFactTotals } from '#contracts/rest/tasks';
import type { BusinessDate } from '#platform/business-day';
import type { Reader } from '#platform/database';
import { invalid } from '#platform/errors';
import { query } from '#platform/route';
import type { ServiceClient } from '#platform/service-client';
import { dayOf } from '../db/days.ts';
import {
  balanceEntries,
  counterEntries,
  figureEntries,
  payoutEntries,
  taskEntries,
  taskEntry,
  taskTotals,
} from '../db/reconciling.ts';
import { type Check, compare, compareTotals, type Entry, joined, reconciliationOf } from '../domain/reconciliation.ts';

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
    const [told, payouts, mails, analytics] = await Promise.all([
      services.all('tasks-api', `/api/tasks/facts/totals?day=${date}`, TaskFactTotals),
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
        await eventsCheck(db, services, date, told),
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
        compare(
          'analytics',
          await figureEntries(db, date, counters.ledger, closedAt),
          analytics.items.flatMap(figuresOf),
        ),
      ],
      at,
    );
  },
});

/** Of a day with many facts only those are read whose workers' totals differ. */
async function eventsCheck(
  db: Reader,
  services: ServiceClient,
  date: BusinessDate,
  told: TaskFactTotals['items'],
): Promise<Check> {
  const theirs = told.map((totals) => ({ ...totals, lastAt: new Date(totals.lastAt) }));
  const totals = compareTotals('events', theirs, await taskTotals(db, date));
  const facts: TaskFact[] = [];
  for (let n = 0; n < totals.differing.length; n += 200) {
    const users = totals.differing.slice(n, n + 200).join();
    facts.push(...(await services.all('tasks-api', `/api/tasks/facts?day=${date}&users=${users}`, TaskFacts)));
  }
  const recorded = await taskEntries(db, date, totals.differing);
  return joined(totals, compare('events', facts.map(factEntry), recorded));
}

const factEntry = ({ kind, cents, at, ...fact }: TaskFact): Entry =>
  taskEntry({ ...fact, sumCents: kind === 'fee' ? -cents : cents, datetime: new Date(at) });

const figuresOf = ({ feesCents, rewardsCents, losers, topTask }: AnalyticsDay): Entry[] => [
  { id: 'feesCents', value: feesCents, at: null },
  { id: 'rewardsCents', value: rewardsCents, at: null },
  { id: 'losers', value: losers, at: null },
  { id: 'topTask', value: topTask?.taskId ?? 'none', at: null },
];
