import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  type BankAnswer,
  type BankCall,
  bankKeyOf,
  type Card,
  differs,
  LEASE_MS,
  type Payout,
  release,
  retry,
  settle,
  takeUp,
} from './payout.ts';

const T0 = new Date('2026-11-23T21:00:00.000Z');
const at = (ms: number) => new Date(T0.getTime() + ms);
const dice = () => 0.5;
const card: Card = { sealedNumber: 'sealed', last4: '4242', version: 1 };
const pending: Payout = {
  ...{ id: 'p', userId: 'u', amountCents: 1_500, state: 'pending', reason: null, keyNumber: 1 },
  ...{ attempts: 0, unclear: 0, dueAt: T0, version: 1, cardLast4: null, paidAt: null },
};
const paid: BankAnswer = { kind: 'paid', amountCents: 1_500, cardLast4: '4242', at: at(50) };
const unclear: BankAnswer = { kind: 'unclear', retryAfterMs: 0 };

const calling = (step: ReturnType<typeof takeUp>): BankCall =>
  step.call === null ? expect.unreachable('it is blocked') : step;
const taken = (payout: Payout, attempt: Attempt | null = null, now = T0, has: Card | null = card) =>
  takeUp(payout, { now, card: has, attempt });
const answered = (call: BankCall, answer: BankAnswer, now = T0, cardVersion = 1) =>
  settle(call, answer, { now, cardVersion, dice });
const sent = calling(taken(pending));

describe('a payout that is due', () => {
  it('is sent under its own id to the card of now, and is left alone for as long as that may take', () => {
    expect(sent).toMatchObject({
      call: 'send',
      payout: { state: 'sending', attempts: 1, cardLast4: '4242', version: 2, dueAt: at(LEASE_MS) },
      attempt: { keyNumber: 1, sealedNumber: 'sealed', cardLast4: '4242', sent: 1, outcome: 'open' },
    });
    expect(bankKeyOf('p', 1)).toBe('p');
  });

  it('without a card is blocked, and nothing is sent', () => {
    const { call, payout } = taken(pending, null, T0, null);
    expect(call).toBeNull();
    expect(payout).toMatchObject({ state: 'blocked', reason: 'no-card', dueAt: null, attempts: 0, keyNumber: 1 });
  });

  it('that was being sent when its process died is asked for, never sent', () => {
    const left = calling(taken(sent.payout, sent.attempt, at(LEASE_MS)));
    expect(left).toMatchObject({ call: 'ask', payout: { state: 'unknown' }, attempt: sent.attempt });
  });

  it('again under a key that was sent before goes to the card of then, whatever card there is now', () => {
    const back = answered(sent, { kind: 'away' });
    const again = calling(taken(back.payout, back.attempt, T0, { sealedNumber: 'new', last4: '0000', version: 2 }));
    expect(again).toMatchObject({ call: 'send', attempt: { sealedNumber: 'sealed', cardLast4: '4242', sent: 2 } });
    expect(again.payout).toMatchObject({ cardLast4: '4242', attempts: 2 });
  });

  it.each(['paid', 'blocked', 'failed'] as const)('is never one that is %s', (state) => {
    expect(() => taken({ ...pending, state })).toThrow(RangeError);
  });
});

describe('by the bank’s answer', () => {
  it('paid: it is paid, at the bank’s time, and the card’s number is needed no more', () => {
    const { payout, attempt } = answered(sent, paid);
    expect(payout).toMatchObject({ state: 'paid', paidAt: at(50), dueAt: null, keyNumber: 1 });
    expect(attempt).toMatchObject({ outcome: 'paid', sealedNumber: null, cardLast4: '4242' });
  });

  it.each([{ amountCents: 1_501 }, { cardLast4: '4243' }])('paid, but %j: nothing is believed', (other) => {
    const answer = { ...paid, ...other } as BankAnswer;
    expect(differs(sent, answer)).toBe(true);
    expect(answered(sent, answer)).toMatchObject({ payout: { state: 'unknown' }, attempt: { outcome: 'open' } });
    expect(differs(sent, paid)).toBe(false);
  });

  it('refused: it waits for another card, and the next try has a key of its own', () => {
    const { payout, attempt } = answered(sent, { kind: 'refused' });
    expect(payout).toMatchObject({ state: 'blocked', reason: 'card-refused', dueAt: null, keyNumber: 2 });
    expect(attempt).toMatchObject({ outcome: 'refused', sealedNumber: null });
    expect(bankKeyOf('p', 2)).toBe('p:2');
  });

  it('refused, but there is another card by now: it is tried at once', () => {
    const { payout } = answered(sent, { kind: 'refused' }, T0, 2);
    expect(payout).toMatchObject({ state: 'pending', reason: null, dueAt: T0, keyNumber: 2 });
  });

  it('a wrong request: it has failed until a person looks, and the next try has a key of its own', () => {
    const { payout } = answered(sent, { kind: 'wrong-request' });
    expect(payout).toMatchObject({ state: 'failed', reason: 'bank-refused', dueAt: null, keyNumber: 2 });
  });

  it('away: it stays pending under the same key, and is tried later and later', () => {
    let [payout, attempt] = [pending, null as Attempt | null];
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      ({ payout, attempt } = answered(calling(taken(payout, attempt)), { kind: 'away' }));
      expect(payout).toMatchObject({ state: 'pending', keyNumber: 1 });
      pauses.push((payout.dueAt?.getTime() ?? 0) - T0.getTime());
    }
    expect(pauses).toEqual([1_750, 3_500, 7_000, 14_000, 28_000, 43_750, 43_750, 43_750]);
  });

  it('unclear: it is unknown, asked within 5 s the first time, then later and later, at least once a minute', () => {
    let { payout, attempt } = answered(sent, { kind: 'unclear', retryAfterMs: 3_600_000 });
    expect(payout).toMatchObject({ state: 'unknown', dueAt: at(4_000), keyNumber: 1 });
    const pauses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const asked = calling(taken(payout, attempt));
      expect(asked.call).toBe('ask');
      ({ payout, attempt } = answered(asked, unclear));
      pauses.push((payout.dueAt?.getTime() ?? 0) - T0.getTime());
    }
    expect(pauses).toEqual([3_500, 7_000, 14_000, 28_000, 43_750, 43_750, 43_750]);
    const late = answered(calling(taken(payout, attempt)), { kind: 'unclear', retryAfterMs: 3_600_000 });
    expect(late.payout.dueAt).toEqual(at(50_000));
  });

  it('never executed: the same is sent again, at once the first time', () => {
    const lost = answered(sent, unclear);
    const found = answered(calling(taken(lost.payout, lost.attempt)), { kind: 'never-executed' });
    expect(found.payout).toMatchObject({ state: 'pending', dueAt: T0, keyNumber: 1 });
    const again = calling(taken(found.payout, found.attempt));
    expect(again).toMatchObject({ call: 'send', attempt: { sealedNumber: 'sealed', sent: 2 } });
    const lostAgain = answered(again, unclear);
    expect(lostAgain.payout.dueAt).toEqual(at(1_750)); // asked soon, each time it was sent
    const foundAgain = answered(calling(taken(lostAgain.payout, lostAgain.attempt)), { kind: 'never-executed' });
    expect(foundAgain.payout.dueAt).toEqual(at(1_750));
  });
});

describe('a person', () => {
  const blocked = taken(pending, null, T0, null).payout;
  const failed = answered(sent, { kind: 'wrong-request' }).payout;
  const unknown = answered(sent, unclear).payout;

  it('with a new card releases what is blocked', () => {
    expect(release(blocked, at(9))).toMatchObject({ state: 'pending', reason: null, dueAt: at(9) });
    for (const payout of [pending, failed, unknown]) expect(() => release(payout, T0)).toThrow(RangeError);
  });

  it('may have a blocked or failed one tried again, and the bank asked for an unknown one, and no other', () => {
    for (const payout of [blocked, failed]) {
      expect(retry(payout, at(9))).toMatchObject({ state: 'pending', reason: null, dueAt: at(9) });
    }
    expect(retry(unknown, at(9))).toMatchObject({ state: 'unknown', dueAt: at(9), keyNumber: 1 });
    const over = answered(sent, paid).payout;
    for (const payout of [pending, sent.payout, over]) expect(retry(payout, at(9))).toBe('payout-not-stuck');
  });
});

/** A bank as the contract has it: it decides about a key once, and is told of each key with one amount and card only. */
class ModelBank {
  readonly decided = new Map<string, { card: string; outcome: 'executed' | 'refused' }>();

  send(key: string, card: string, refuses: boolean): 'executed' | 'refused' {
    const known = this.decided.get(key) ?? { card, outcome: refuses ? 'refused' : 'executed' };
    expect(known.card, `key ${key} with one card only`).toBe(card);
    this.decided.set(key, known);
    return known.outcome;
  }

  get executed() {
    return [...this.decided.values()].filter(({ outcome }) => outcome === 'executed').length;
  }
}

const events = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('clear', 'lost-before', 'lost-after', 'away', 'wrong', 'killed', 'garbled'),
    },
    { weight: 1, arbitrary: fc.constantFrom('new card', 'retry') },
  ),
  { maxLength: 60, size: 'max' },
);

it('whatever the bank answers, loses or refuses, whoever is killed: paid once at most, paid only by the bank’s word, a new key only after its no', () => {
  let everPaid = 0;
  fc.assert(
    fc.property(events, fc.infiniteStream(fc.boolean()), fc.boolean(), (steps, refusals, begins) => {
      const bank = new ModelBank();
      const noes = new Set<number>(); // keys that the bank itself has said no to, and we have heard it
      let person: Card | null = begins ? card : null;
      let payout = pending;
      const attempts = new Map<number, Attempt>();

      for (const step of steps) {
        const keyBefore = payout.keyNumber;
        if (step === 'new card') {
          const version = (person?.version ?? 0) + 1;
          person = { sealedNumber: `sealed ${version}`, last4: String(4_242 + version), version };
          if (payout.state === 'blocked') payout = release(payout, T0);
        } else if (step === 'retry') {
          const again = retry(payout, T0);
          if (typeof again !== 'string') payout = again;
        } else if (payout.dueAt) {
          const next = takeUp(payout, { now: T0, card: person, attempt: attempts.get(keyBefore) ?? null });
          expect(next.payout.version).toBe(payout.version + 1);
          payout = next.payout;
          if (next.call !== null) {
            attempts.set(keyBefore, next.attempt); // stored before the call
            const answer = call(next, step, bank, refusals.next().value as boolean);
            if (answer) {
              if (answer.kind === 'refused' || answer.kind === 'wrong-request') noes.add(keyBefore);
              const settled = settle(next, answer, { now: T0, cardVersion: person?.version ?? 0, dice });
              payout = settled.payout;
              attempts.set(keyBefore, settled.attempt);
            }
          }
        }
        if (payout.keyNumber !== keyBefore) {
          expect(payout.keyNumber).toBe(keyBefore + 1);
          expect(noes.has(keyBefore)).toBe(true);
        }
        expect(bank.executed).toBeLessThanOrEqual(1);
        if (payout.state === 'paid') expect(bank.executed).toBe(1);
        expect(payout.dueAt === null).toBe(['paid', 'blocked', 'failed'].includes(payout.state));
        expect(payout.reason !== null).toBe(['blocked', 'failed'].includes(payout.state));
        for (const { outcome, sealedNumber } of attempts.values())
          expect(sealedNumber === null).toBe(outcome !== 'open');
      }
      if (payout.state === 'paid') everPaid += 1;
    }),
    { numRuns: 2_000 },
  );
  expect(everPaid).toBeGreaterThan(200); // it has really looked
});

/** What the caller hears; null: it was killed before it could save anything. */
function call({ call, payout, attempt }: BankCall, fate: string, bank: ModelBank, refuses: boolean): BankAnswer | null {
  const key = bankKeyOf(payout.id, payout.keyNumber);
  const { amountCents } = payout;
  const told: BankAnswer = { kind: 'paid', amountCents, cardLast4: attempt.cardLast4, at: T0 };
  if (fate === 'lost-before') return unclear;
  if (fate === 'garbled') return { ...told, amountCents: amountCents + 1 };
  if (call === 'ask') {
    if (fate === 'killed') return null;
    return bank.decided.get(key)?.outcome === 'executed' ? told : { kind: 'never-executed' };
  }
  if (fate === 'away') return { kind: 'away' };
  if (fate === 'wrong') return bank.decided.has(key) ? unclear : { kind: 'wrong-request' };
  const outcome = bank.send(key, attempt.sealedNumber ?? 'no card', refuses);
  if (fate === 'killed') return null;
  if (fate === 'lost-after') return unclear;
  return outcome === 'executed' ? told : { kind: 'refused' };
}
