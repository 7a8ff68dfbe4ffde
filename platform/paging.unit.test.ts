import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageOf } from './paging.ts';
import type { SignedIn } from './session.ts';

const reader: SignedIn = { id: 'a', role: 'worker', expiresAt: null };
const list = (user: SignedIn, query: Parameters<typeof pageOf>[2]) =>
  pageOf('things', user, query, { at: 'number', id: 'text' });

it('page after page gives every item once, in order, whatever the page size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }), (size, limit) => {
      const items = Array.from({ length: size }, (_, i) => ({ at: Math.floor(i / 3), id: `x${i}` }));
      const seen: typeof items = [];
      let cursor: string | undefined;
      do {
        const page = list(reader, { limit, cursor });
        const from = page.after === null ? 0 : items.findIndex(({ id }) => id === page.after?.id) + 1;
        const answer = page.of(items.slice(from, from + page.limit + 1));
        seen.push(...answer.items);
        cursor = answer.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(items);
    }),
  );
});

const cursorOf = (user: SignedIn, query: Parameters<typeof pageOf>[2]) =>
  list(user, { limit: 1, ...query }).of([
    { at: 1, id: 'a' },
    { at: 2, id: 'b' },
  ]).nextCursor as string;

it.each<[string, SignedIn, Parameters<typeof pageOf>[2]]>([
  ['of another reader', { ...reader, id: 'b' }, { day: 'x' }],
  ['of other filters', reader, { day: 'y' }],
  ['of no filters', reader, {}],
])('a cursor %s is refused', (_, user, query) => {
  const cursor = cursorOf(reader, { day: 'x' });
  expect(list(reader, { day: 'x', cursor }).after).toEqual({ at: 1, id: 'a' });
  expect(() => list(user, { ...query, cursor })).toThrow(expect.objectContaining({ status: 422 }));
});

it('a cursor that was made up is refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ minLength: 1 }), fc.base64String(), fc.json()), (cursor) => {
      expect(() => list(reader, { cursor })).toThrow(expect.objectContaining({ status: 422 }));
    }),
  );
});

it.each([
  [
    'instant',
    '2026-11-23T10:00:00.000Z',
    new Date('2026-11-23T10:00:00.000Z'),
    ['yesterday', '', 1, null, '1', '+275760-09-13T00:00:00.000Z', '2026-13-01T00:00:00.000Z'],
  ],
  ['number', 1, 1, ['1', 0.5, 2 ** 53, null]],
  ['text', 'a', 'a', [null, true, {}, 1]],
] as const)('a cursor in which an %s was changed to what it never is, is refused', (type, good, compared, values) => {
  const things = (cursor?: string) => pageOf('things', reader, { limit: 1, cursor }, { key: type });
  const items = [{ key: good }, { key: good }] as { key: never }[];
  const cursor = things().of(items).nextCursor as string;
  expect(things(cursor).after).toEqual({ key: compared });
  const [scope] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  for (const value of values) {
    const changed = Buffer.from(JSON.stringify([scope, value])).toString('base64url');
    expect(() => things(changed), String(value)).toThrow(expect.objectContaining({ status: 422 }));
  }
});

it('a page holds 50 unless asked otherwise; only services may ask for more than 200', () => {
  expect(list(reader, {}).limit).toBe(50);
  expect(() => list(reader, { limit: 201 })).toThrow(expect.objectContaining({ status: 422 }));
  expect(list({ ...reader, role: 'service' }, { limit: 5_000 }).limit).toBe(5_000);
});
