/**
 * The life of a payout, as pure rules: clock, dice and the bank's answers are handed in.
 *
 *     pending -> sending -> paid
 *        |          |-----> blocked   no card, or the card was refused: a new card or a retry -> pending
 *        |          |-----> failed    the bank took the request for wrong: a retry -> pending
 *        |          `-----> unknown   no clear answer: asked until it is known
 *
 * Nobody is paid twice, because a payout is sent under the same bank key, with the same amount and card, until the
 * bank itself has said that this key was not paid; only then does the next try get a key of its own.
 */

export type PayoutState = 'pending' | 'sending' | 'paid' | 'blocked' | 'failed' | 'unknown';
export type PayoutReason = 'no-card' | 'card-refused' | 'bank-refused';

export interface Payout {
  readonly id: string;
  readonly userId: string;
  readonly amountCents: number;
  readonly state: PayoutState;
  readonly reason: PayoutReason | null;
  /** Which of its bank keys is in use: 1, 2, 3 … It goes up when the bank has said no, and never else. */
  readonly keyNumber: number;
  /** How often it was sent to the bank. */
  readonly attempts: number;
  /** How many answers in a row, since it was sent, have left open what became of it. */
  readonly unclear: number;
  /** When it must be taken up next, or while it is: when whoever has taken it up counts as gone. Null: there is nothing to do. */
  readonly dueAt: Date | null;
  /** Counts its changes: an answer belongs to the version that was sent. */
  readonly version: number;
  /** Of the card that it was sent to last. */
  readonly cardLast4: string | null;
  readonly paidAt: Date | null;
}

/** A person's card. The number is sealed: nothing here can read it. */
export interface Card {
  readonly sealedNumber: string;
  readonly last4: string;
  /** Counts the person's cards. */
  readonly version: number;
}

/** What goes to the bank under one key; it is fixed before it is sent first. */
export interface Attempt {
  readonly payoutId: string;
  readonly keyNumber: number;
  /** Null once the bank's word is final: then it is needed no more. */
  readonly sealedNumber: string | null;
  readonly cardLast4: string;
  readonly cardVersion: number;
  readonly sent: number;
  readonly outcome: 'open' | 'paid' | 'refused' | 'wrong-request';
}

/** The bank's word, or that there is none. */
export type BankAnswer =
  | { readonly kind: 'paid'; readonly amountCents: number; readonly cardLast4: string; readonly at: Date }
  /** The card was refused, and nothing was paid. */
  | { readonly kind: 'refused' }
  /** The bank took the request for wrong, and nothing was paid. */
  | { readonly kind: 'wrong-request' }
  /** It was not taken: the bank, or the way to it, does not know us or the address. */
  | { readonly kind: 'away' }
  /** Asked for it: no such transfer was ever executed. */
  | { readonly kind: 'never-executed' }
  /** It may have been paid. */
  | { readonly kind: 'unclear'; readonly retryAfterMs: number };

/** What is to be done about a payout that is due: a call to the bank, or nothing, for it is blocked. */
export type Step<P extends Payout = Payout> = BankCall<P> | { readonly call: null; readonly payout: P };

export interface BankCall<P extends Payout = Payout> {
  readonly call: 'send' | 'ask';
  readonly payout: P;
  readonly attempt: Attempt;
}

/** Longer than a call to the bank and saving its answer; an overlap would be harmless. */
export const LEASE_MS = 10_000;
const FIRST_PAUSE_MS = 2_000;
/** With the 5 s between two looks the bank is first asked within 10 s, and then at least once a minute. */
const LONGEST_FIRST_PAUSE_MS = 4_000;
const LONGEST_PAUSE_MS = 50_000;

/** The bank's name for a payout: its id for life, with a number only where the bank has refused an earlier one. */
export const bankKeyOf = (payoutId: string, keyNumber: number): string =>
  keyNumber === 1 ? payoutId : `${payoutId}:${keyNumber}`;

/**
 * Takes up a payout that is due. One that is being sent and is due again was left by a process that has died or hangs:
 * it may have been paid, so it is asked for, as an unknown one.
 * @param card the person's card now, or null
 * @param attempt what was sent under the key in use, or null
 */
export function takeUp<P extends Payout>(
  payout: P,
  { now, card, attempt }: { now: Date; card: Card | null; attempt: Attempt | null },
): Step<P> {
  const taken = { ...payout, dueAt: later(now, LEASE_MS), version: payout.version + 1 };
  if (payout.state === 'sending' || payout.state === 'unknown') {
    if (!attempt) throw new RangeError('a payout that was sent has no attempt');
    return { call: 'ask', payout: { ...taken, state: 'unknown' }, attempt };
  }
  if (payout.state !== 'pending') throw new RangeError(`a payout that is ${payout.state} is never due`);
  const fixed = attempt ?? (card && firstAttempt(payout, card));
  if (!fixed) return { call: null, payout: { ...taken, state: 'blocked', reason: 'no-card', dueAt: null } };
  const sent = { attempts: payout.attempts + 1, unclear: 0, cardLast4: fixed.cardLast4 };
  return { call: 'send', payout: { ...taken, ...sent, state: 'sending' }, attempt: { ...fixed, sent: fixed.sent + 1 } };
}

const firstAttempt = ({ id, keyNumber }: Payout, card: Card): Attempt => ({
  payoutId: id,
  keyNumber,
  sealedNumber: card.sealedNumber,
  cardLast4: card.last4,
  cardVersion: card.version,
  sent: 0,
  outcome: 'open',
});

export interface Settled<P extends Payout = Payout> {
  readonly payout: P;
  readonly attempt: Attempt;
}

/**
 * What a payout becomes by the bank's answer.
 * @param cardVersion the person's card by now: one that came meanwhile is tried at once, instead of being waited for
 * @param dice gives 0 to below 1, so that many payouts do not come back at one moment
 */
export function settle<P extends Payout>(
  { payout, attempt }: BankCall<P>,
  answer: BankAnswer,
  { now, cardVersion, dice }: { now: Date; cardVersion: number; dice: () => number },
): Settled<P> {
  const next = { ...payout, version: payout.version + 1 };
  const final = { ...next, dueAt: null };
  const nextKey = { ...final, keyNumber: payout.keyNumber + 1 };
  const over = (outcome: Attempt['outcome']): Attempt => ({ ...attempt, outcome, sealedNumber: null });
  const pending = (pauseMs: number): Settled<P> => {
    return { payout: { ...next, state: 'pending', dueAt: later(now, pauseMs) }, attempt };
  };
  const unknown = (leastMs: number): Settled<P> => {
    const longestMs = payout.unclear === 0 ? LONGEST_FIRST_PAUSE_MS : LONGEST_PAUSE_MS;
    const dueAt = later(now, Math.min(longestMs, Math.max(leastMs, pauseAfter(payout.unclear, dice))));
    return { payout: { ...next, state: 'unknown', unclear: payout.unclear + 1, dueAt }, attempt };
  };

  switch (answer.kind) {
    case 'paid':
      if (differs({ payout, attempt }, answer)) return unknown(0);
      return { payout: { ...final, state: 'paid', paidAt: answer.at }, attempt: over('paid') };
    case 'refused':
      return cardVersion > attempt.cardVersion
        ? { payout: { ...nextKey, state: 'pending', dueAt: now }, attempt: over('refused') }
        : { payout: { ...nextKey, state: 'blocked', reason: 'card-refused' }, attempt: over('refused') };
    case 'wrong-request':
      return { payout: { ...nextKey, state: 'failed', reason: 'bank-refused' }, attempt: over('wrong-request') };
    case 'away':
      return pending(pauseAfter(attempt.sent - 1, dice));
    case 'never-executed': // the first time at once; a bank that keeps losing what it is sent gets it later and later
      return pending(attempt.sent < 2 ? 0 : pauseAfter(attempt.sent - 2, dice));
    case 'unclear':
      return unknown(answer.retryAfterMs);
  }
}

/** The bank says that it has executed something else than it was told: nothing is believed, and a person must look. */
export const differs = ({ payout, attempt }: Settled, answer: BankAnswer): boolean =>
  answer.kind === 'paid' && (answer.amountCents !== payout.amountCents || answer.cardLast4 !== attempt.cardLast4);

/** The person has a new card: what waited for one goes on. */
export function release<P extends Payout>(payout: P, now: Date): P {
  if (payout.state !== 'blocked') throw new RangeError('only a blocked payout waits for a card');
  return { ...payout, state: 'pending', reason: null, dueAt: now, version: payout.version + 1 };
}

/** A person wants it tried again, or the bank asked now; a code where there is nothing to try. */
export function retry<P extends Payout>(payout: P, now: Date): P | 'payout-not-stuck' {
  const again = { ...payout, reason: null, dueAt: now, version: payout.version + 1 };
  if (payout.state === 'blocked' || payout.state === 'failed') return { ...again, state: 'pending' };
  return payout.state === 'unknown' ? again : 'payout-not-stuck';
}

/** 2 s, doubled each time, a quarter of it by dice. */
const pauseAfter = (times: number, dice: () => number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** times) * (0.75 + dice() / 4);

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
