import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinNewest, type ListPage } from './rows.ts';

const PAGE = 5;
type Row = { id: string };

/** A server's list, newest first, and its page behind a cursor (the id of the last row that was given). */
function pageOf(list: readonly Row[], cursor: string | null): ListPage<Row> {
  const from = cursor === null ? 0 : list.findIndex((row) => row.id === cursor) + 1;
  const items = list.slice(from, from + PAGE);
  return { items, nextCursor: from + PAGE < list.length ? (items.at(-1)?.id ?? null) : null };
}

it('whatever is added and however far one reads, the rows shown are the top of the list without a gap', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 12 }) }),
    fc.constant('look' as const),
    fc.constant('more' as const),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), fc.array(step, { maxLength: 30, size: 'max' }), (size, steps) => {
      const added = (count: number, list: readonly Row[]) =>
        Array.from({ length: count }, (_, i) => ({ id: String(list.length + count - i) })).concat(list);
      let list = added(size, []);
      let shown = pageOf(list, null);
      for (const next of steps) {
        if (next === 'look') shown = joinNewest(shown, pageOf(list, null));
        else if (next !== 'more') list = added(next.add, list);
        else if (shown.nextCursor !== null) {
          const older = pageOf(list, shown.nextCursor);
          shown = { items: [...shown.items, ...older.items], nextCursor: older.nextCursor };
        }
      }
      shown = joinNewest(shown, pageOf(list, null));
      expect(shown.items).toEqual(list.slice(0, shown.items.length));
      expect(shown.nextCursor === null).toBe(shown.items.length === list.length);
    }),
  );
});

it('new rows push none of the older ones out that were read already', () => {
  const rows = (from: number, to: number) =>
    Array.from({ length: from - to + 1 }, (_, i) => ({ id: String(from - i) }));
  const shown = { items: rows(10, 1), nextCursor: null };
  expect(joinNewest(shown, { items: rows(12, 8), nextCursor: '8' })).toEqual({ items: rows(12, 1), nextCursor: null });
});

it('a row that has left a list of one page is not kept', () => {
  const shown = { items: [{ id: '2' }, { id: '1' }], nextCursor: null };
  expect(joinNewest(shown, { items: [{ id: '2' }], nextCursor: null }).items).toEqual([{ id: '2' }]);
});
