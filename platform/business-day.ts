/** A business day, `YYYY-MM-DD`. */
export type BusinessDate = string & { readonly __businessDate: unique symbol };

/** How the company divides time into business days: one rule for every service, so that their figures agree. */
export interface BusinessCalendar {
  readonly timeZone: string;
  /** The day to which what happened at that instant belongs. */
  dateOf(at: Date): BusinessDate;
  /** The instants between which a day lies: its start is in it, its end is not. */
  boundsOf(date: BusinessDate): { start: Date; end: Date };
}

interface CalendarSettings {
  readonly timeZone: string;
  /** Days of this length instead of the calendar's, dated 2000-01-01 onwards from `dayStart`: for demonstrations. */
  readonly dayLengthMs: number | null;
  readonly dayStart: Date | null;
}

const DAY_MS = 86_400_000;
const FIRST_SLICE_MS = Date.UTC(2000, 0, 1);

export const isBusinessDate = (value: string): value is BusinessDate =>
  /^[12]\d{3}-\d\d-\d\d$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value); // 30 February would become 2 March

export function businessCalendar({ timeZone, dayLengthMs, dayStart }: CalendarSettings): BusinessCalendar {
  if (dayLengthMs === null) return zonedCalendar(timeZone);
  const start = (dayStart ?? new Date(FIRST_SLICE_MS)).getTime();
  return {
    timeZone,
    dateOf: (at) => isoDate(FIRST_SLICE_MS + Math.floor((at.getTime() - start) / dayLengthMs) * DAY_MS),
    boundsOf(date) {
      const from = start + ((Date.parse(date) - FIRST_SLICE_MS) / DAY_MS) * dayLengthMs;
      return { start: new Date(from), end: new Date(from + dayLengthMs) };
    },
  };
}

/** Calendar days of an IANA zone: 23 or 25 hours long where the clocks change. */
function zonedCalendar(timeZone: string): BusinessCalendar {
  const wallClock = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const dateOf = (at: Date) => wallClock.format(at) as BusinessDate;

  /** The first instant of a date: found by halving, since a zone may skip midnight or a whole day. */
  const startOf = (date: string): Date => {
    let before = Date.parse(date) - 2 * DAY_MS;
    let after = Date.parse(date) + 2 * DAY_MS;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (dateOf(new Date(middle)) < date) before = middle;
      else after = middle;
    }
    return new Date(after);
  };

  return {
    timeZone,
    dateOf,
    boundsOf: (date) => ({ start: startOf(date), end: startOf(addDays(date, 1)) }),
  };
}

/** The date so many days later. */
export const addDays = (date: BusinessDate, days: number): BusinessDate => isoDate(Date.parse(date) + days * DAY_MS);

const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10) as BusinessDate;
