import { databaseNow } from '#platform/database';
import type { FunctionDefinition } from '#platform/define-function';
import { Gauge } from '#platform/metrics';
import { booksOf, closingSince } from '../db/days.ts';
import { overdueMs } from '../domain/close-day.ts';

const overdue = new Gauge({
  name: 'ates_day_overdue_seconds',
  help: 'How long the oldest day that is not closed is past its end or cut-off; 0: no day is.',
});

/** Looked at when it is asked for: the day that nobody closes is just the one that no work would tell of. */
export const overdueDay: NonNullable<FunctionDefinition<[]>['measures']> = {
  gauges: [overdue],
  measure: ({ database, calendar }) =>
    database.read(async (db) => {
      const at = { books: await booksOf(db), closingSince: await closingSince(db), now: await databaseNow(db) };
      overdue.set(overdueMs({ ...at, calendar }) / 1_000);
    }),
};
