const locale = document.documentElement.lang === 'ru' ? 'ru-RU' : 'en-US';
const plain = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' });
const signed = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', signDisplay: 'exceptZero' });

/** Whole cents as `$12.00` (en) or `12,00 $` (ru); a movement always shows its sign. */
export const money = (cents: number, movement = false): string => (movement ? signed : plain).format(cents / 100);

const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** A count or a measure; one digit behind the point is enough. */
export const number = (value: number): string => short.format(value);

/** An instant in the company's zone, as its days are counted there; in the reader's own where no zone is given. */
export const dateTime = (instant: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', ...(timeZone && { timeZone }) }).format(
    new Date(instant),
  );

export const timeOfDay = (at: Date): string => new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(at);

/** A business day, which is a date without a zone. */
export const businessDay = (date: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
