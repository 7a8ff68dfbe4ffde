import type { Fact } from './fact.ts';

/** A worker's day on which something moved: what moved, and the balance at the end of it. It stands until the next one. */
export interface UserDay {
  readonly userId: string;
  readonly date: string;
  readonly sumCents: number;
  readonly balanceCents: number;
}

type Movement = Pick<Fact, 'userId' | 'businessDate' | 'sumCents'>;

export interface MovedBalances {
  /** The rows of the workers that moved, each from its earliest movement on. */
  readonly rows: readonly UserDay[];
  /** How many more workers than before are below zero from a day on; less than none: fewer. */
  readonly losersFrom: ReadonlyMap<string, number>;
}

/**
 * Adds movements to the balances by day; one of an earlier day moves every later balance of its worker too.
 * @param stored of each worker that moves: the rows from the earliest movement's day on, and the last of all rows.
 */
export function moveBalances(stored: readonly UserDay[], movements: readonly Movement[]): MovedBalances {
  const storedOf = Map.groupBy(stored, ({ userId }) => userId);
  const rows: UserDay[] = [];
  const losersFrom = new Map<string, number>();
  for (const [userId, own] of Map.groupBy(movements, ({ userId }) => userId)) {
    const moved = new Map<string, number>();
    for (const { businessDate, sumCents } of own) moved.set(businessDate, (moved.get(businessDate) ?? 0) + sumCents);
    const first = [...moved.keys()].sort()[0] as string;
    const known = (storedOf.get(userId) ?? []).toSorted(byDate);
    const later = new Map(known.filter(({ date }) => date >= first).map((row) => [row.date, row]));

    let was = openingOf(known, first);
    let is = was;
    let turned = 0;
    for (const date of [...new Set([...later.keys(), ...moved.keys()])].sort()) {
      const row = later.get(date);
      const sumCents = (row?.sumCents ?? 0) + (moved.get(date) ?? 0);
      was = row?.balanceCents ?? was;
      is = countable(is + sumCents);
      rows.push({ userId, date, sumCents, balanceCents: is });
      const turn = Number(is < 0) - Number(was < 0);
      if (turn !== turned) losersFrom.set(date, (losersFrom.get(date) ?? 0) + turn - turned);
      turned = turn;
    }
  }
  return { rows, losersFrom };
}

/** The balance with which a day begins, from the first row at or after it, else from the last row of all. */
function openingOf(rows: readonly UserDay[], date: string): number {
  const next = rows.find((row) => row.date >= date);
  return next ? next.balanceCents - next.sumCents : (rows.at(-1)?.balanceCents ?? 0);
}

/** The rows of one day, from what moved on it and the balances before. */
export function userDaysOf(date: string, sums: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>) {
  return [...sums.keys()].sort().map((userId): UserDay => {
    const sumCents = sums.get(userId) as number;
    return { userId, date, sumCents, balanceCents: countable((before.get(userId) ?? 0) + sumCents) };
  });
}

const byDate = (a: UserDay, b: UserDay) => (a.date < b.date ? -1 : 1);

function countable(cents: number): number {
  if (!Number.isSafeInteger(cents)) throw new RangeError('a balance beyond what can be counted exactly');
  return cents;
}
