/** What came of a try to send a letter. */
export type Outcome =
  | { readonly is: 'sent'; readonly reply: string }
  /** For good: another try would be refused too. */
  | { readonly is: 'refused'; readonly reply: string }
  /** For now; or no clear answer came, and it may have been sent. */
  | { readonly is: 'not-now'; readonly reply: string }
  /** Something that it needs was away: it was not tried at all. */
  | { readonly is: 'waiting'; readonly reply: string }
  /** There is nobody to send it to. */
  | { readonly is: 'unaddressed'; readonly reply: string };

export interface Tried {
  readonly id: string;
  readonly attempts: number;
  readonly createdAt: Date;
}

export interface Settled {
  readonly id: string;
  readonly status: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  readonly nextTryAt: Date;
  readonly sentAt: Date | null;
  readonly lastReply: string;
}

const SHORTEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
const GIVE_UP_MS = 24 * 3_600_000;

/**
 * Where a letter stands after a try. It is tried again after a quarter of the time that it has waited by then, so that
 * after an outage it is late by a quarter of it at most; after a day it is given up.
 * @param dice from 0 up to 1: spreads the tries of letters that failed together.
 */
export function settle({ id, attempts, createdAt }: Tried, outcome: Outcome, now: Date, dice: number): Settled {
  const wasTried = outcome.is !== 'waiting' && outcome.is !== 'unaddressed';
  const tried = { id, attempts: attempts + (wasTried ? 1 : 0), lastReply: outcome.reply };
  if (outcome.is === 'sent') return { ...tried, status: 'sent', nextTryAt: now, sentAt: now };
  const ageMs = now.getTime() - createdAt.getTime();
  const forGood = outcome.is === 'refused' || outcome.is === 'unaddressed';
  if (forGood || ageMs >= GIVE_UP_MS) {
    return { ...tried, status: 'failed', nextTryAt: now, sentAt: null };
  }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, ageMs / 4));
  return { ...tried, status: 'pending', nextTryAt: new Date(now.getTime() + pauseMs * (1 + dice / 4)), sentAt: null };
}
