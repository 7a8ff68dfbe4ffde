const DAY_MS = 86_400_000;

export type Period = 'day' | 'week' | 'month';

/** The dates of the period that a date lies in: itself, its week from Monday to Sunday, or its calendar month. */
export function datesOf<D extends string>(period: Period, on: D): [D, ...D[]] {
  const at = new Date(`${on}T00:00:00Z`);
  const [year, month, dayOfMonth] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  const { before, count } = {
    day: { before: 0, count: 1 },
    week: { before: sinceMonday, count: 7 },
    month: { before: dayOfMonth - 1, count: new Date(Date.UTC(year, month + 1, 0)).getUTCDate() },
  }[period];
  const first = at.getTime() - before * DAY_MS;
  return Array.from({ length: count }, (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10)) as [
    D,
    ...D[],
  ];
}
