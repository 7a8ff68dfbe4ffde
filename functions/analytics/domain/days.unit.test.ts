import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveBalances, type UserDay } from './balances.ts';
import { everyDay, totalsOf } from './day-list.ts';
import { type Day, dearest, moveDays } from './days.ts';
import { type Fact, sortOut } from './fact.ts';
import { rebuiltDay } from './rebuilt-day.ts';

type StoredFact = Fact & { readonly eventId: string };

const DATES = ['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03'];
const WORKERS = ['ada', 'bob', 'cyd', 'dot'];

const fact = fc
  .record({
    kind: fc.constantFrom('fee' as const, 'reward' as const, 'payout' as const),
    userId: fc.constantFrom(...WORKERS),
    businessDate: fc.constantFrom(...DATES),
    dollars: fc.constantFrom(10, 20, 25, 40), // few, so that ties occur
    taskId: fc.constantFrom('t1', 't2', 't3', 't4'),
    version: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ kind, userId, businessDate, dollars, taskId, version }): Omit<StoredFact, 'eventId'> => {
    const sumCents = (kind === 'reward' ? 100 : -100) * dollars;
    return kind === 'payout'
      ? { kind, userId, businessDate, sumCents, payoutId: `${businessDate} ${userId}`, taskId: null, version: null }
      : { kind, userId, businessDate, sumCents, payoutId: null, taskId, version };
  });
/** A history: facts that do not contradict each other, each with its event. */
const history = fc
  .array(fact, { maxLength: 40, size: 'max' })
  .map((drawn) => sortOut(drawn, []).fresh.map((fact, n): StoredFact => ({ ...fact, eventId: `event ${n}` })));

/** What the tables would hold: rows by their keys. */
class Books {
  readonly facts: StoredFact[] = [];
  readonly balances = new Map<string, UserDay>();
  readonly days = new Map<string, Day>();

  /** As the function does with a batch, reading just what it reads. */
  hear(heard: readonly StoredFact[]): void {
    const { fresh } = sortOut(heard, this.facts);
    if (fresh.length === 0) return;
    this.facts.push(...fresh);
    const { rows, losersFrom } = moveBalances(this.#balancesFrom(fresh), fresh);
    const first = fresh.map(({ businessDate }) => businessDate).sort()[0] as string;
    const days = moveDays(this.#daysFrom(first), fresh, losersFrom);
    for (const row of rows) this.balances.set(`${row.userId} ${row.date}`, row);
    for (const day of days) this.days.set(day.date, day);
  }

  #balancesFrom(heard: readonly StoredFact[]): UserDay[] {
    return [...Map.groupBy(heard, ({ userId }) => userId)].flatMap(([userId, own]) => {
      const rows = [...this.balances.values()].filter((row) => row.userId === userId).sort(byDate);
      const first = own.map(({ businessDate }) => businessDate).sort()[0] as string;
      const later = rows.filter(({ date }) => date >= first);
      return later.length > 0 ? later : rows.slice(-1);
    });
  }

  #daysFrom(first: string): Day[] {
    const rows = [...this.days.values()].sort(byDate);
    return [...rows.filter(({ date }) => date < first).slice(-1), ...rows.filter(({ date }) => date >= first)];
  }
}

const byDate = (a: { date: string }, b: { date: string }) => (a.date < b.date ? -1 : 1);
const sum = (facts: readonly Fact[]) => facts.reduce((total, { sumCents }) => total + sumCents, 0);

/** The definition, taken at its word: every figure of a day from all facts, with nothing kept between days. */
function defined(facts: readonly StoredFact[], date: string): Day | null {
  const own = facts.filter(({ businessDate }) => businessDate === date);
  const upTo = (userId: string) => facts.filter((fact) => fact.userId === userId && fact.businessDate <= date);
  const [top] = own
    .filter(({ kind }) => kind === 'reward')
    .sort(
      (a, b) =>
        b.sumCents - a.sumCents ||
        (a.taskId ?? '').localeCompare(b.taskId ?? '') ||
        (a.version ?? 0) - (b.version ?? 0),
    );
  const { eventId = '', taskId = '', version = 0, sumCents: rewardCents = 0 } = top ?? {};
  if (own.length === 0) return null;
  return {
    date,
    feesCents: Math.abs(sum(own.filter(({ kind }) => kind === 'fee'))),
    rewardsCents: sum(own.filter(({ kind }) => kind === 'reward')),
    losers: WORKERS.filter((userId) => sum(upTo(userId)) < 0).length,
    top: top ? ({ eventId, taskId, version, rewardCents } as Day['top']) : null,
  };
}

const batches = (facts: readonly StoredFact[], cuts: readonly number[]) => {
  const at = [...new Set(cuts.map((cut) => cut % (facts.length + 1)))].sort((a, b) => a - b);
  return [...at, facts.length].map((end, n) => facts.slice(n === 0 ? 0 : at[n - 1], end));
};
const shuffled = history.chain((facts) =>
  fc.record({
    facts: fc.constant(facts),
    deliveries: fc
      .tuple(fc.shuffledSubarray(facts, { minLength: facts.length }), fc.shuffledSubarray(facts))
      .map(([all, again]) => [...all, ...again])
      .chain((events) => fc.array(fc.nat(), { maxLength: 6 }).map((cuts) => batches(events, cuts))),
  }),
);

describe('whatever the batches, their order and their repeats', () => {
  it('every day is what its definition says, and a day without a fact has no row', () => {
    fc.assert(
      fc.property(shuffled, ({ facts, deliveries }) => {
        const books = new Books();
        for (const batch of deliveries) books.hear(batch);
        for (const date of DATES) expect(books.days.get(date) ?? null).toEqual(defined(facts, date));
      }),
    );
  });

  it('a balance is the sum of its worker’s facts up to its day', () => {
    fc.assert(
      fc.property(shuffled, ({ facts, deliveries }) => {
        const books = new Books();
        for (const batch of deliveries) books.hear(batch);
        for (const { userId, date, sumCents, balanceCents } of books.balances.values()) {
          const own = facts.filter((fact) => fact.userId === userId);
          expect(sumCents).toBe(sum(own.filter(({ businessDate }) => businessDate === date)));
          expect(balanceCents).toBe(sum(own.filter(({ businessDate }) => businessDate <= date)));
        }
      }),
    );
  });

  it('days that are counted again from the facts are the same', () => {
    fc.assert(
      fc.property(shuffled, ({ facts, deliveries }) => {
        const books = new Books();
        for (const batch of deliveries) books.hear(batch);
        const before = new Map<string, UserDay>();
        for (const date of DATES) {
          const own = facts.filter(({ businessDate }) => businessDate === date);
          const top = defined(facts, date)?.top ?? null;
          const { balances, day } = rebuiltDay(date, own, top, [...before.values()]);
          expect(day).toEqual(books.days.get(date) ?? null);
          expect(balances).toEqual(
            [...books.balances.values()]
              .filter((row) => row.date === date)
              .sort((a, b) => (a.userId < b.userId ? -1 : 1)),
          );
          for (const row of balances) before.set(row.userId, row);
        }
      }),
    );
  });
});

const closing = (taskId: string, rewardCents: number, version = 2) => ({ taskId, rewardCents, version });

it.each([
  ['the highest reward', [closing('a', 2_000), closing('b', 3_000), closing('c', 2_500)], 'b'],
  ['of a tie the lower task id', [closing('c', 3_000), closing('b', 3_000), closing('d', 3_000)], 'b'],
  ['of one task that was closed twice the first', [closing('b', 3_000, 3), closing('b', 3_000, 2), null], 'b'],
  ['the only one', [null, closing('z', 2_000), null], 'z'],
])('the dearest is %s', (_, closings, taskId) => {
  for (const inAnyOrder of [closings, closings.toReversed()]) {
    expect(dearest(inAnyOrder)).toMatchObject({ taskId, version: 2 });
  }
});

it('of no closing there is no dearest', () => expect(dearest([null, null])).toBeNull());

describe('a late fact', () => {
  const reward = (businessDate: string, sumCents: number): StoredFact => ({
    ...{ kind: 'reward', userId: 'ada', sumCents, businessDate, taskId: businessDate, version: 1, payoutId: null },
    eventId: `${businessDate} ${sumCents}`,
  });
  const fee = (businessDate: string, sumCents: number): StoredFact => ({
    ...reward(businessDate, -sumCents),
    kind: 'fee',
  });

  it('changes the losers of every day from its own on, and of none before', () => {
    const books = new Books();
    books.hear(DATES.map((date) => fee(date, 1_000)));
    expect([...books.days.values()].map(({ losers }) => losers)).toEqual([1, 1, 1, 1, 1, 1]);

    books.hear([reward('2026-02-28', 4_000)]);

    expect([...books.days.values()].sort(byDate).map(({ losers }) => losers)).toEqual([1, 1, 0, 0, 1, 1]);
  });

  it('of a day that had no row begins with the losers of the day before', () => {
    const books = new Books();
    books.hear([fee('2026-02-26', 1_000), fee('2026-03-02', 1_000)]);
    books.hear([{ ...fee('2026-02-28', 1_500), userId: 'bob' }]);
    expect([...books.days.values()].sort(byDate).map(({ date, losers }) => [date, losers])).toEqual([
      ['2026-02-26', 1],
      ['2026-02-28', 2],
      ['2026-03-02', 2],
    ]);
  });
});

it('a balance that could not be counted exactly stops loudly', () => {
  const rich = { userId: 'ada', date: '2026-02-26', sumCents: 1, balanceCents: Number.MAX_SAFE_INTEGER };
  expect(() => moveBalances([rich], [{ userId: 'ada', businessDate: '2026-02-27', sumCents: 1 }])).toThrow(RangeError);
});

describe('a list of days', () => {
  const day = (date: string, losers: number): Day => ({
    date,
    feesCents: 1_500,
    rewardsCents: 2_000,
    losers,
    top: null,
  });

  it('has every date, with zeros and the losers of the row before where nothing happened', () => {
    const stored = [day('2026-02-20', 7), day('2026-02-25', 3), day('2026-02-27', 4)];
    expect(everyDay(DATES.slice(0, 4), stored).map(({ feesCents, losers }) => [feesCents, losers])).toEqual([
      [0, 3],
      [1_500, 4],
      [0, 4],
      [0, 4],
    ]);
    expect(everyDay(['2026-01-01'], []).map(({ losers }) => losers)).toEqual([0]);
  });

  it('sums up to its totals', () => {
    expect(totalsOf([day('2026-02-20', 7), day('2026-02-25', 3)])).toEqual({
      profitCents: -1_000,
      feesCents: 3_000,
      rewardsCents: 4_000,
    });
    expect(Object.is(totalsOf([]).profitCents, 0)).toBe(true);
  });
});

describe('what is heard again', () => {
  const known: StoredFact = {
    ...{ kind: 'fee', userId: 'ada', sumCents: -1_500, businessDate: '2026-02-26', taskId: 't', version: 1 },
    ...{ payoutId: null, eventId: 'first' },
  };
  const payout: StoredFact = { ...known, kind: 'payout', taskId: null, version: null, payoutId: 'p', eventId: 'paid' };

  it.each([
    ['the same fact', {}, []],
    ['with another amount', { sumCents: -1_600 }, ['again']],
    ['with another worker', { userId: 'bob' }, ['again']],
    ['on another day', { businessDate: '2026-02-27' }, ['again']],
  ])('%s has no second effect', (_, changes, contradicting) => {
    for (const first of [known, payout]) {
      const { fresh, contradictions } = sortOut([{ ...first, ...changes, eventId: 'again' }], [first]);
      expect(fresh).toEqual([]);
      expect(contradictions.map(({ eventId }) => eventId)).toEqual(contradicting);
    }
  });

  it('another kind, version, task or payout is another fact', () => {
    const others = [{ kind: 'reward' as const }, { version: 2 }, { taskId: 'u' }];
    expect(sortOut([...others.map((other) => ({ ...known, ...other })), payout], [known]).fresh).toHaveLength(4);
    expect(sortOut([{ ...payout, payoutId: 'q' }], [payout]).fresh).toHaveLength(1);
  });
});
