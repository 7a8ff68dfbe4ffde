import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headsAfter, post, totalsBy } from './ledger.ts';
import { type KnownFact, movementOf, sortOut, type TaskFact, type TaskMovement } from './movement.ts';

const workers = ['ada', 'bob', 'cyd'];
const accounts = fc.tuple(
  ...workers.map((userId) => fc.record({ userId: fc.constant(userId), seq: fc.nat(50), balanceCents: fc.integer() })),
);
const movements = fc.array(
  fc.record({ userId: fc.constantFrom(...workers), sumCents: fc.integer({ min: -4_000, max: 4_000 }) }),
);

it('each account’s positions go on without a gap and its balance runs on by just its own sums', () => {
  fc.assert(
    fc.property(accounts, movements, (before, moved) => {
      const postings = post(before, moved);
      expect(postings.map(({ userId, sumCents }) => ({ userId, sumCents }))).toEqual(moved);
      for (const account of before) {
        let { seq, balanceCents } = account;
        for (const posting of postings.filter(({ userId }) => userId === account.userId)) {
          seq += 1;
          balanceCents += posting.sumCents;
          expect(posting).toMatchObject({ seq, balanceCents });
        }
        const head = headsAfter(postings).find(({ userId }) => userId === account.userId);
        if (head) expect(head).toEqual({ userId: account.userId, seq, balanceCents });
      }
    }),
  );
});

it('in two batches or in one, the books are the same', () => {
  fc.assert(
    fc.property(accounts, movements, fc.nat(), (before, moved, at) => {
      const cut = moved.length === 0 ? 0 : at % moved.length;
      const first = post(before, moved.slice(0, cut));
      const heads = new Map([...before, ...headsAfter(first)].map((account) => [account.userId, account]));
      expect([...first, ...post([...heads.values()], moved.slice(cut))]).toEqual(post(before, moved));
    }),
  );
});

it('the counter-accounts get what the workers’ side gets, by any key', () => {
  fc.assert(
    fc.property(accounts, movements, (before, moved) => {
      const totals = [...totalsBy(post(before, moved), ({ userId }) => userId).values()];
      const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
      expect(sum(totals.map(({ sumCents }) => sumCents))).toBe(sum(moved.map(({ sumCents }) => sumCents)));
      expect(sum(totals.map(({ rows }) => rows))).toBe(moved.length);
    }),
  );
});

it('a balance that could not be counted exactly, or an account that was not loaded, stops loudly', () => {
  const rich = { userId: 'ada', seq: 1, balanceCents: Number.MAX_SAFE_INTEGER - 1 };
  expect(post([rich], [{ userId: 'ada', sumCents: 1 }])[0]?.balanceCents).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => post([rich], [{ userId: 'ada', sumCents: 2 }])).toThrow(RangeError);
  expect(() => post([rich], [{ userId: 'bob', sumCents: 2 }])).toThrow(RangeError);
});

const fact = (changes: Partial<TaskFact> = {}): TaskFact => ({
  ...{ taskId: 't', title: 'Title', jiraId: null, userId: 'ada', version: 1, amount: { kind: 'fee', cents: 1_500 } },
  ...changes,
});

it('an assignment takes its fee, a closing gives its reward', () => {
  expect(movementOf(fact())).toMatchObject({ kind: 'fee', sumCents: -1_500, userId: 'ada', taskTitle: 'Title' });
  const closing = fact({ version: 2, amount: { kind: 'reward', cents: 4_000 } });
  expect(movementOf(closing)).toMatchObject({ kind: 'reward', sumCents: 4_000 });
});

const named = fc.record({
  taskId: fc.constantFrom('t', 'u'),
  version: fc.integer({ min: 1, max: 2 }),
  kind: fc.constantFrom('fee' as const, 'reward' as const),
});
const heardFacts = fc.array(
  fc
    .record({
      name: named,
      userId: fc.constantFrom('ada', 'bob'),
      sumCents: fc.constantFrom(-1_000, -2_000),
      businessDate: fc.constantFrom('2026-02-26', '2026-02-27'),
    })
    .map(({ name, ...said }): TaskMovement & KnownFact => ({ ...name, ...said, taskTitle: '', jiraId: null })),
  { maxLength: 12 },
);
const nameOf = ({ kind, taskId, version }: TaskMovement) => `${kind} ${taskId} ${version}`;

it('of each fact just one is ever recorded, and whatever says otherwise about it is named a contradiction', () => {
  fc.assert(
    fc.property(heardFacts, heardFacts, (first, second) => {
      const ledger = sortOut(first, []).fresh;
      const { fresh, contradictions } = sortOut(second, ledger);
      const all = [...ledger, ...fresh];
      expect(new Set(all.map(nameOf)).size).toBe(all.length);
      expect(new Set(all.map(nameOf))).toEqual(new Set([...first, ...second].map(nameOf)));
      for (const heard of second) {
        const recorded = all.find((movement) => nameOf(movement) === nameOf(heard));
        const { userId, sumCents, businessDate } = heard;
        const agrees = JSON.stringify([recorded?.userId, recorded?.sumCents, recorded?.businessDate]);
        expect(contradictions.includes(heard)).toBe(agrees !== JSON.stringify([userId, sumCents, businessDate]));
      }
    }),
  );
});
