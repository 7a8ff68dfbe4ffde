import type { Account, Movement } from './ledger.ts';

/** The pure rules of closing business days: which days, where each one's cut-off lies, and what it pays. */

/** A business day, `YYYY-MM-DD`: compared as text. */
type Day = string;

export interface Calendar<D extends Day> {
  dateOf(at: Date): D;
  boundsOf(date: D): { readonly start: Date; readonly end: Date };
}

/** How far the books have come. */
export interface Books<D extends Day> {
  /** The day of the earliest movement; null: there is none yet. */
  readonly firstMovement: D | null;
  /** The last day whose closing has begun; null: none has. */
  readonly lastBegun: D | null;
}

export interface DayToClose<D extends Day> {
  readonly date: D;
  /** What occurred before it is paid. */
  readonly cutOff: Date;
  /** The day has not ended yet: what comes later on it is paid with the next one. */
  readonly early: boolean;
}

/** Beyond a minute between them, one of the two clocks is wrong, and no day may be closed by it. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

export const clocksAgree = (a: Date, b: Date): boolean =>
  Math.abs(a.getTime() - b.getTime()) <= MAX_CLOCK_DIFFERENCE_MS;

/** Where a person's command to close a day leads: the open days up to it, oldest first, or why it cannot be closed. */
export function daysUpTo<D extends Day>(
  asked: D,
  early: boolean,
  at: { books: Books<D>; calendar: Calendar<D>; now: Date },
): DayToClose<D>[] | 'not-found' | 'day-in-future' | 'day-not-ended' {
  const { books, calendar, now } = at;
  const today = calendar.dateOf(now);
  if (asked > today) return 'day-in-future';
  const open = openDays(books, calendar, today);
  if (!open.includes(asked)) return 'not-found';
  if (asked === today && !early) return 'day-not-ended';
  return open
    .filter((date) => date <= asked)
    .map((date) => {
      const cutOff = date === today ? now : calendar.boundsOf(date).end;
      return { date, cutOff, early: date === today };
    });
}

/** The days that the timer closes: a little after their end, so that what was under way is in. */
export function daysDue<D extends Day>(at: {
  books: Books<D>;
  calendar: Calendar<D>;
  now: Date;
  limit: number;
}): DayToClose<D>[] {
  const { books, calendar, now, limit } = at;
  if (books.firstMovement === null && books.lastBegun === null) return []; // nothing has ever happened
  const due: DayToClose<D>[] = [];
  for (const date of openDays(books, calendar, calendar.dateOf(now))) {
    const { start, end } = calendar.boundsOf(date);
    const graceMs = Math.min(60_000, (end.getTime() - start.getTime()) / 10);
    if (due.length === limit || end.getTime() + graceMs > now.getTime()) break;
    due.push({ date, cutOff: end, early: false });
  }
  return due;
}

/** The days that are not being closed yet, oldest first; today is always among them unless it was closed early. */
export function openDays<D extends Day>({ firstMovement, lastBegun }: Books<D>, calendar: Calendar<D>, today: D): D[] {
  const nextOf = (date: D) => calendar.dateOf(calendar.boundsOf(date).end);
  const days: D[] = [];
  const first = lastBegun === null ? (firstMovement ?? today) : nextOf(lastBegun);
  for (let date = first; date <= today; date = nextOf(date)) days.push(date);
  return days;
}

/** How long the oldest day that is not closed is past its end, or past its cut-off where it is being closed; 0: no day is. */
export function overdueMs<D extends Day>(at: {
  books: Books<D>;
  /** The cut-off of the oldest day that is being closed. */
  closingSince: Date | null;
  calendar: Calendar<D>;
  now: Date;
}): number {
  const { books, closingSince, calendar, now } = at;
  const { firstMovement, lastBegun } = books;
  const open = lastBegun === null ? firstMovement : calendar.dateOf(calendar.boundsOf(lastBegun).end);
  const since = closingSince ?? (open === null ? now : calendar.boundsOf(open).end);
  return Math.max(0, now.getTime() - since.getTime());
}

/** What the close of a day pays: a positive balance whole; a debt stays and carries over. */
export const payoutCents = (balanceAtCutOffCents: number): number => Math.max(0, balanceAtCutOffCents);

/** The payouts of some accounts: what each had at the cut-off is its balance less what came later. */
export function payoutsOf(
  accounts: readonly Account[],
  laterCents: ReadonlyMap<string, number>,
): (Movement & { readonly kind: 'payout' })[] {
  return accounts.flatMap(({ userId, balanceCents }) => {
    const cents = payoutCents(balanceCents - (laterCents.get(userId) ?? 0));
    return cents > 0 ? [{ kind: 'payout' as const, userId, sumCents: -cents }] : [];
  });
}
