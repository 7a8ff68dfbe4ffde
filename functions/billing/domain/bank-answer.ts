import type { BankAnswer } from './payout.ts';

/** What an HTTP answer of the bank means. Whatever is not clear leaves open what was done: it is never taken for a no. */

export interface HttpAnswer {
  readonly status: number;
  /** The parsed body; undefined where it was no JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number;
}

/** A call without an answer: a timeout, a lost connection. */
export const NO_ANSWER: BankAnswer = { kind: 'unclear', retryAfterMs: 0 };

const LAST_4 = /^\d{4}$/;
/** Where it may have been executed, or may still be. */
const OPEN = new Set([408, 409, 425, 429]);
const NOT_TAKEN = new Set([401, 403, 404]);

/** Of `POST /transfers`. */
export function answerToSending(key: string, answer: HttpAnswer): BankAnswer {
  const { status, retryAfterMs } = answer;
  if (status === 402) return { kind: 'refused' };
  if (NOT_TAKEN.has(status)) return { kind: 'away' };
  if (status >= 400 && status < 500 && !OPEN.has(status)) return { kind: 'wrong-request' };
  return transferOf(key, answer) ?? { kind: 'unclear', retryAfterMs };
}

/** Of `GET /transfers/{key}`. */
export function answerToAsking(key: string, answer: HttpAnswer): BankAnswer {
  if (answer.status === 404) return { kind: 'never-executed' };
  return transferOf(key, answer) ?? { kind: 'unclear', retryAfterMs: answer.retryAfterMs };
}

/** A transfer counts as executed only where all of its facts are told, under the key that was asked for. */
function transferOf(key: string, { status, body }: HttpAnswer): BankAnswer | null {
  if (status !== 200 || body === null || typeof body !== 'object') return null;
  const told = body as { key?: unknown; amountCents?: unknown; cardLast4?: unknown; at?: unknown };
  const { amountCents, cardLast4 } = told;
  const at = typeof told.at === 'string' ? new Date(told.at) : new Date(Number.NaN);
  if (told.key !== key || !Number.isSafeInteger(amountCents) || Number.isNaN(at.getTime())) return null;
  if (typeof cardLast4 !== 'string' || !LAST_4.test(cardLast4)) return null;
  return { kind: 'paid', amountCents: amountCents as number, cardLast4, at };
}
