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
