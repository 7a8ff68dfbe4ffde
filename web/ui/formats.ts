import { choice } from './choices.ts';

const locale = document.documentElement.lang === 'ru' ? 'ru-RU' : 'en-US';
const plain = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' });
const signed = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', signDisplay: 'exceptZero' });

/** Whole cents as `$12.00` (en) or `12,00 $` (ru); a movement always shows its sign. */
export const money = (cents: number, movement = false): string => (movement ? signed : plain).format(cents / 100);

const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** A count or a measure; one digit behind the point is enough. */
export const number = (value: number): string => short.format(value);

/** Which form of a text goes with a count; what English calls "other" is "many" here. */
export const plural = (count: number): 'one' | 'few' | 'many' => {
  const form = new Intl.PluralRules(locale).select(count);
  return form === 'one' || form === 'few' ? form : 'many';
};

/** The company's, in which its days are counted: no time of a page is written in another, but for tooltips. */
const companyZone = choice('timeZone') as string;

const written = (at: Date, options: Intl.DateTimeFormatOptions, timeZone = companyZone): string =>
  at.toLocaleString(locale, { ...options, timeZone });

const FULL = { dateStyle: 'medium', timeStyle: 'short' } as const;

/** An instant in full. */
export const dateTime = (instant: string): string => written(new Date(instant), FULL);

/** An instant in full, where the reader is. */
export const readersTime = (instant: string): string => new Date(instant).toLocaleString(locale, FULL);

export const timeOfDay = (at: Date): string => written(at, { timeStyle: 'medium' });

/** The day of an instant, without the year this year; its time; and whether that day is today. */
export function shortTime(instant: string, timeZone?: string): { day: string; time: string; isToday: boolean } {
  const at = new Date(instant);
  const text = (options: Intl.DateTimeFormatOptions) => written(at, options, timeZone);
  const isOfNow = (options: Intl.DateTimeFormatOptions) => text(options) === written(new Date(), options, timeZone);
  const year = 'numeric';
  return {
    day: text({ day: 'numeric', month: 'short', ...(isOfNow({ year }) ? {} : { year }) }),
    time: text({ timeStyle: 'short' }),
    isToday: isOfNow({ dateStyle: 'short' }),
  };
}

/** A business day, which is a date without a zone. */
export const businessDay = (date: string): string => shortTime(date, 'UTC').day;

/** The business day of an instant, where days are calendar days. */
export const dayOf = (instant: string): string =>
  new Date(instant).toLocaleDateString('en-CA', { timeZone: companyZone });
