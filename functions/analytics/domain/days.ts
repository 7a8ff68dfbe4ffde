import type { Fact } from './fact.ts';

/** A closing, as far as it is compared with others. */
export interface Closing {
  readonly eventId: string;
  readonly taskId: string;
  readonly version: number;
  readonly rewardCents: number;
}

/** A business day's figures; a day on which nothing happened has no row, and the losers of the row before it. */
export interface Day {
  readonly date: string;
  readonly feesCents: number;
  readonly rewardsCents: number;
  /** Workers whose facts up to and with this day sum up below zero. */
  readonly losers: number;
  /** «Самая дорогая задача». */
  readonly top: Closing | null;
}

/** What management earned: payouts do not count. */
export const profitOf = ({ feesCents, rewardsCents }: Pick<Day, 'feesCents' | 'rewardsCents'>): number =>
  feesCents - rewardsCents;

/** Of closings the dearest: the highest reward, then the lower task id; null of none. */
export function dearest<C extends Omit<Closing, 'eventId'>>(closings: readonly (C | null)[]): C | null {
  return closings.reduce(
    (best, next) => (best === null || (next !== null && isDearer(next, best)) ? next : best),
    null,
  );
}

type Compared = Omit<Closing, 'eventId'>;

function isDearer(a: Compared, b: Compared): boolean {
  if (a.rewardCents !== b.rewardCents) return a.rewardCents > b.rewardCents;
  return a.taskId === b.taskId ? a.version < b.version : a.taskId < b.taskId;
}

type DayFact = Pick<Fact, 'kind' | 'sumCents' | 'businessDate' | 'taskId' | 'version'> & { readonly eventId: string };

/**
 * Adds facts to the days, and to each day the losers that are more (or fewer) from a day on.
 * @param stored the rows from the earliest day of the facts on, and the one before it.
 * @returns the rows that are new or different.
 */
export function moveDays(
  stored: readonly Day[],
  facts: readonly DayFact[],
  losersFrom: ReadonlyMap<string, number>,
): Day[] {
  const rows = new Map(stored.map((day) => [day.date, day]));
  const heard = Map.groupBy(facts, ({ businessDate }) => businessDate);
  const moved: Day[] = [];
  let losersBefore = 0;
  let more = 0;
  for (const date of [...new Set([...rows.keys(), ...heard.keys()])].sort()) {
    const row = rows.get(date) ?? { date, feesCents: 0, rewardsCents: 0, losers: losersBefore, top: null };
    const own = heard.get(date) ?? [];
    losersBefore = row.losers;
    more += losersFrom.get(date) ?? 0;
    if (own.length > 0 || more !== 0) moved.push(withFacts({ ...row, losers: row.losers + more }, own));
  }
  return moved;
}

function withFacts(day: Day, facts: readonly DayFact[]): Day {
  const sumOf = (kind: Fact['kind']) =>
    facts.filter((fact) => fact.kind === kind).reduce((sum, { sumCents }) => sum + sumCents, 0);
  return {
    ...day,
    feesCents: day.feesCents - sumOf('fee'),
    rewardsCents: day.rewardsCents + sumOf('reward'),
    top: dearest([day.top, ...facts.flatMap(closingOf)]),
  };
}

/** A reward's fact is the closing of its task. */
function closingOf({ kind, eventId, taskId, version, sumCents }: DayFact): Closing[] {
  return kind === 'reward' && taskId !== null && version !== null
    ? [{ eventId, taskId, version, rewardCents: sumCents }]
    : [];
}
