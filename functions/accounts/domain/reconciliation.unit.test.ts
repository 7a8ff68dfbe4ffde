import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compare, compareTotals, type Entry, joined, reconciliationOf, type Totals } from './reconciliation.ts';

const now = new Date('2026-11-23T10:00:00.000Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const entry = (id: string, value: number | string, at: Date | null = null): Entry => ({ id, value, at });
const books = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), value: fc.integer() }), {
  selector: ({ id }) => id,
});

it('a book agrees with itself, in whatever order it is read', () => {
  fc.assert(
    fc.property(books, (drawn) => {
      const entries = drawn.map(({ id, value }) => entry(id, value));
      const check = compare('payouts', entries, entries.toReversed());
      expect(check).toMatchObject({ ok: true, differences: [], youngest: null });
      expect(check.expected).toBe(check.actual);
    }),
  );
});

it('whatever is changed, added or left out is named, and nothing else', () => {
  fc.assert(
    fc.property(books, fc.infiniteStream(fc.constantFrom('same', 'changed', 'missing')), (drawn, dice) => {
      const fates = drawn.map((item) => ({ ...item, fate: dice.next().value as string }));
      const ours = fates.map(({ id, value }) => entry(id, value));
      const theirs = fates.flatMap(({ id, value, fate }) => {
        return fate === 'missing' ? [] : [entry(id, fate === 'changed' ? value + 1 : value)];
      });
      const wrong = fates.filter(({ fate }) => fate !== 'same').map(({ id }) => id);
      for (const check of [compare('events', ours, theirs), compare('events', theirs, ours)]) {
        expect(check.differences.map(({ id }) => id)).toEqual(wrong.sort());
        expect(check.ok).toBe(wrong.length === 0);
      }
    }),
  );
});

/** As a book adds up its entries by account. */
function totalsOf(entries: readonly (Entry & { userId: string })[]): Totals[] {
  return [...Map.groupBy(entries, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    count: own.length,
    cents: own.reduce((sum, { value }) => sum + Number(value), 0),
    checksum: own.reduce((sum, { id, value }) => sum + crc32(`${id} ${value}`), 0),
    lastAt: ago(own.length * 60_000),
  }));
}

it('books compared by totals first and entry by entry where those differ tell the same as all of their entries', () => {
  const owner = fc.constantFrom('ann', 'bob', 'cid');
  const draw = fc.record({ owner, ours: fc.integer({ min: -5, max: 5 }), theirs: fc.integer({ min: -5, max: 5 }) });
  fc.assert(
    fc.property(fc.array(fc.record({ same: fc.boolean(), draw })), (drawn) => {
      const book = (name: 'ours' | 'theirs') =>
        drawn.map(({ same, draw }, n) => ({ ...entry(`e${n}`, same ? draw.ours : draw[name]), userId: draw.owner }));
      const [ours, theirs] = [book('ours'), book('theirs')];
      const totals = compareTotals('events', totalsOf(ours), totalsOf(theirs));
      const of = (all: typeof ours) => all.filter(({ userId }) => totals.differing.includes(userId));
      expect(joined(totals, compare('events', of(ours), of(theirs)))).toEqual(compare('events', ours, theirs));
    }),
  );
});

it('what would be too many entries to compare is told by the sums of its accounts', () => {
  const book = (cents: number) =>
    Array.from(
      { length: 5 },
      (_, n): Totals => ({ userId: `u${n}`, count: 3_000, cents, checksum: cents, lastAt: ago(n) }),
    );
  const totals = compareTotals('events', book(7), book(8));
  expect(totals.differing).toEqual(['u0']);
  const check = joined(totals, compare('events', [entry('e', 7)], [entry('e', 8)]));
  expect(check).toMatchObject({ ok: false, expected: 5 * 7, actual: 5 * 8, youngest: ago(1) });
  expect(check.differences.map(({ id }) => id)).toEqual(['e', 'u1', 'u2', 'u3', 'u4']);
  // What agrees by the time it is looked at says nothing of those that were not.
  expect(joined(totals, compare('events', [entry('e', 7)], [entry('e', 7)]))).toMatchObject({ ok: false });
});

it('a difference tells what each book says, and null where it says nothing', () => {
  const { differences, expected, actual } = compare(
    'letters',
    [entry('a', 1), entry('b', 1)],
    [entry('a', 2), entry('c', 1)],
  );
  expect(differences).toEqual([
    { id: 'a', expected: 1, actual: 2 },
    { id: 'b', expected: 1, actual: null },
    { id: 'c', expected: null, actual: 1 },
  ]);
  expect([expected, actual]).toEqual([2, 3]);
});

it.each([
  [29_999, false],
  [30_000, true],
])('a difference that is %i ms old: settled %s', (ms, settled) => {
  const check = compare('events', [entry('a', 1, ago(ms)), entry('b', 1, ago(99_000))], []);
  expect(reconciliationOf('2026-11-23', [check], now)).toMatchObject({ ok: false, settled });
});

it('what is the same needs no time to settle', () => {
  const check = compare('events', [entry('a', 1, now)], [entry('a', 1, now)]);
  expect(reconciliationOf('2026-11-23', [check], now)).toEqual({
    date: '2026-11-23',
    ok: true,
    settled: true,
    checks: [{ name: 'events', ok: true, expected: 1, actual: 1, differences: [] }],
  });
});
