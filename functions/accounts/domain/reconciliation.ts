/** Books side by side: what one says of each thing, and what another says of the same. */

type CheckName = 'balances' | 'double-entry' | 'events' | 'payouts' | 'letters' | 'analytics';

export interface Entry {
  readonly id: string;
  /** Cents or a number of things, which are summed up; or a word. */
  readonly value: number | string;
  /** When it happened, where it may still be on its way to the other book. */
  readonly at: Date | null;
}

export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  readonly expected: number;
  readonly actual: number;
  readonly differences: readonly {
    readonly id: string;
    readonly expected: number | string | null;
    readonly actual: number | string | null;
  }[];
  /** When the youngest of the differences happened. */
  readonly youngest: Date | null;
}

/** A difference that is younger may be an event that is under way. */
const UNDER_WAY_MS = 30_000;
/** More are not listed: the sums say how bad it is. */
const MAX_LISTED = 1_000;

/** Compares two books; an entry that only one of them has is a difference too. */
export function compare(name: CheckName, expected: readonly Entry[], actual: readonly Entry[]): Check {
  const byId = (entries: readonly Entry[]) => new Map(entries.map((entry) => [entry.id, entry]));
  const [ours, theirs] = [byId(expected), byId(actual)];
  const ids = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  const differing = ids.filter((id) => ours.get(id)?.value !== theirs.get(id)?.value);
  const instants = differing.flatMap((id) => [ours.get(id)?.at, theirs.get(id)?.at]).filter((at) => at instanceof Date);
  return {
    name,
    ok: differing.length === 0,
    expected: totalOf(expected),
    actual: totalOf(actual),
    differences: differing.slice(0, MAX_LISTED).map((id) => {
      return { id, expected: ours.get(id)?.value ?? null, actual: theirs.get(id)?.value ?? null };
    }),
    youngest: instants.reduce<Date | null>((latest, at) => (latest === null || at > latest ? at : latest), null),
  };
}

/** The entries of one account, added up: where two books' totals are the same, so are their entries. */
export interface Totals {
  readonly userId: string;
  readonly count: number;
  readonly cents: number;
  /** Of what the entries say, each for itself: others with the same sum have another. */
  readonly checksum: number;
  readonly lastAt: Date;
}

/** Books of a hundred thousand entries are compared by their totals, and entry by entry where those differ; so many. */
const MAX_COMPARED = 10_000;

export interface TotalsCompared {
  /** Whose entries have to be compared one by one. */
  readonly differing: readonly string[];
  /** Accounts that differ too, which would be too many entries: told by their sums. */
  readonly rest: Check;
  /** What both books say of all the others. */
  readonly agreedCents: number;
}

export function compareTotals(name: CheckName, expected: readonly Totals[], actual: readonly Totals[]): TotalsCompared {
  const byUser = (book: readonly Totals[]) => new Map(book.map((totals) => [totals.userId, totals]));
  const [ours, theirs] = [byUser(expected), byUser(actual)];
  const isSame = (a: Totals | undefined, b: Totals | undefined) =>
    a?.count === b?.count && a?.cents === b?.cents && a?.checksum === b?.checksum;
  const userIds = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  const wrong = userIds.filter((userId) => !isSame(ours.get(userId), theirs.get(userId)));
  let entries = 0;
  const differing = wrong.filter((userId) => {
    entries += (ours.get(userId)?.count ?? 0) + (theirs.get(userId)?.count ?? 0);
    return entries <= MAX_COMPARED || userId === wrong[0];
  });
  const rest = new Set(wrong.slice(differing.length));
  const isWrong = new Set(wrong);
  const entriesOf = (book: readonly Totals[]) =>
    book
      .filter(({ userId }) => rest.has(userId))
      .map(({ userId, cents, lastAt }): Entry => ({ id: userId, value: cents, at: lastAt }));
  const agreed = expected.filter(({ userId }) => !isWrong.has(userId));
  return {
    differing,
    rest: { ...compare(name, entriesOf(expected), entriesOf(actual)), ok: rest.size === 0 },
    agreedCents: agreed.reduce((sum, { cents }) => sum + cents, 0),
  };
}

/** One check of what was compared by totals and what was compared one by one. */
export function joined({ rest, agreedCents }: TotalsCompared, oneByOne: Check): Check {
  const instants = [oneByOne.youngest, rest.youngest].filter((at) => at !== null);
  return {
    name: oneByOne.name,
    ok: oneByOne.ok && rest.ok,
    expected: agreedCents + oneByOne.expected + rest.expected,
    actual: agreedCents + oneByOne.actual + rest.actual,
    differences: [...oneByOne.differences, ...rest.differences].slice(0, MAX_LISTED),
    youngest: instants.length === 0 ? null : new Date(Math.max(...instants.map((at) => at.getTime()))),
  };
}

/** All checks of a day; settled: no difference can be an event that is still under way. */
export function reconciliationOf(date: string, checks: readonly Check[], now: Date) {
  const isOld = ({ youngest }: Check) => youngest === null || now.getTime() - youngest.getTime() >= UNDER_WAY_MS;
  return {
    date,
    ok: checks.every(({ ok }) => ok),
    settled: checks.every(isOld),
    checks: checks.map(({ youngest: _, ...check }) => check),
  };
}

const totalOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : 0), 0);
