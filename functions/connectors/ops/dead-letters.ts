import type { DeadLetter, DeadLetterWithBody } from '#contracts/rest/ops';
import { AppError, unavailable } from '#platform/errors';
import type { Log } from '#platform/log';
import type { DeadQueues } from './dead-queues.ts';
import { bodyOf, readLetter, readLetterWithBody } from './letter.ts';

/** More are counted, and not looked at: a list is read into memory whole, to be in the order of time. */
const LOOK_MOST = 20_000;
const LOOK_MS = 4_000;
/** For a whole queue nobody waits on a page. */
const ALL_MS = 10 * 60_000;
/**
 * Below the 32 commands after which the broker holds back what a channel asks of a quorum queue, and forgets it when the
 * channel is closed: with 200 at once up to 65 of 500 acknowledgements were lost, and their letters came back.
 */
const ALL_AT_ONCE = 20;

/** What somebody does with letters; it is logged before it is done. */
export interface Act {
  readonly fate: 'replay' | 'drop';
  /** Who: a user's id, or the command line's. */
  readonly by: string;
  /** Of a drop. */
  readonly why: string | null;
}

/** The letters of some functions, newest parked first. Nothing is changed by looking. */
export async function listLetters(
  queues: DeadQueues,
  functions: readonly string[],
): Promise<{ letters: DeadLetter[]; total: number; beyond: number }> {
  const deadline = performance.now() + LOOK_MS;
  const letters: DeadLetter[] = [];
  let total = 0;
  for (const name of functions) {
    const limits = { most: LOOK_MOST - letters.length, withinMs: deadline - performance.now() };
    const reading = await queues.read(name, limits, (message) => {
      letters.push(readLetter(name, message));
      return { fate: 'keep' };
    });
    total += reading.total;
  }
  return { letters: letters.sort(byTime), total, beyond: total - letters.length };
}

/** What letters are ordered by: newest parked first, then by id. */
export const timeKey = ({ parkedAt, id }: DeadLetter) => ({ parkedAt: parkedAt ?? '', id });

const byTime = (a: DeadLetter, b: DeadLetter): number => {
  const [x, y] = [a, b].map((letter) => Object.values(timeKey(letter)).join(' ')) as [string, string];
  return x < y ? 1 : x > y ? -1 : 0;
};

/**
 * Finds a letter by its id, and acts on it; of several with one id (an event that was parked twice) on the oldest.
 * @throws AppError `not-found`.
 */
export async function findLetter(
  queues: DeadQueues,
  functions: readonly string[],
  id: string,
  act?: Act,
  log?: Log,
): Promise<DeadLetterWithBody> {
  const deadline = performance.now() + LOOK_MS;
  let looked = true;
  for (const name of functions) {
    let found: DeadLetterWithBody | null = null;
    const limits = { most: Number.POSITIVE_INFINITY, withinMs: deadline - performance.now() };
    const { seen, total } = await queues.read(name, limits, (message) => {
      if (readLetter(name, message).id !== id) return { fate: 'keep' };
      found = readLetterWithBody(name, message);
      if (act && log) note(log, act, found, bodyOf(message));
      return { fate: act?.fate ?? 'keep', last: true };
    });
    if (found) return found;
    looked &&= seen === total;
  }
  if (!looked) throw unavailable('There are too many dead letters to find one: take those of a whole function.');
  throw new AppError('not-found');
}

/** Acts on every letter that a function has now, oldest first; resolves with their number. */
export async function actOnAll(queues: DeadQueues, functionName: string, act: Act, log: Log): Promise<number> {
  const limits = { most: Number.POSITIVE_INFINITY, withinMs: ALL_MS, atOnce: ALL_AT_ONCE };
  const { seen } = await queues.read(functionName, limits, (message) => {
    note(log, act, readLetter(functionName, message), bodyOf(message));
    return { fate: act.fate };
  });
  return seen;
}

/** A line for who asks later what has become of an event; of a dropped one it is all that is left. */
function note(log: Log, { fate, by, why }: Act, letter: DeadLetter, body: string): void {
  const { id, function: functionName, eventId, type, reason } = letter;
  const told = { deadLetter: id, function: functionName, eventId, type, reason, by };
  if (fate === 'drop') log.warn({ ...told, why, event: body }, 'dead letter dropped');
  else log.warn(told, 'dead letter replayed');
}
