import { BusinessDay } from '#contracts/fields';
import { CloseDay, Day } from '#contracts/rest/accounts';
import type { BusinessDate } from '#platform/business-day';
import { databaseNow } from '#platform/database';
import { AppError, unavailable } from '#platform/errors';
import { alarm } from '#platform/log';
import { command, reply } from '#platform/route';
import { beginDays, booksOf, dayOf } from '../db/days.ts';
import { clocksAgree, daysUpTo } from '../domain/close-day.ts';
import { begunDayView } from '../domain/day-view.ts';

/** The command only fixes the cut-offs; the paying goes on by itself. Pressed again it finds the day as it is. */
export const closeDay = command({
  method: 'POST',
  path: '/api/accounts/days/{date}/close',
  summary: 'Close a day that has ended, or with `early` today; earlier days that are open are closed first.',
  roles: ['accountant', 'admin'],
  params: { date: BusinessDay },
  body: CloseDay,
  answers: { 202: Day, 200: Day },
  refusals: ['day-not-ended', 'day-in-future'],
  async run({ params, body, user, tx, now, calendar, goOn, log }) {
    const date = params.date as BusinessDate;
    const at = await now();
    const books = await booksOf(tx); // before the day: what somebody begins in between is found as begun
    const begun = await dayOf(tx, date);
    if (begun) return reply(200, begunDayView(begun, calendar.timeZone));

    const days = daysUpTo(date, body.early ?? false, { books, calendar, now: at });
    if (typeof days === 'string') throw new AppError(days);
    if (!clocksAgree(await databaseNow(tx), new Date())) {
      alarm(log, 'clocks-differ', { date });
      throw unavailable("The database's clock and ours disagree: no day is closed.");
    }

    const isNew = await beginDays(tx, days, { userId: user.id, at });
    goOn();
    const day = (await dayOf(tx, date)) as NonNullable<Awaited<ReturnType<typeof dayOf>>>;
    return reply(isNew ? 202 : 200, begunDayView(day, calendar.timeZone));
  },
});
