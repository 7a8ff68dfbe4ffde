import { type Config, needed } from '#platform/config';
import { Counter } from '#platform/metrics';
import { spanned } from '#platform/telemetry';
import { traceparent } from '#platform/trace';
import { answerToAsking, answerToSending, type HttpAnswer, NO_ANSWER } from './domain/bank-answer.ts';
import type { BankAnswer } from './domain/payout.ts';

/** The bank, as payouts need it. Its answers never throw: what was not answered is unclear. */
export interface Bank {
  /** The same key always comes with the same amount and card. */
  send(key: string, transfer: { amountCents: number; cardNumber: string }): Promise<BankAnswer>;
  /** What became of a key. */
  find(key: string): Promise<BankAnswer>;
}

const TIMEOUT_MS = 3_000;

const calls = new Counter({
  name: 'ates_bank_calls_total',
  help: 'Calls to the bank by what they brought.',
  labelNames: ['call', 'answer'],
});

/** The bank at `ATES_BANK_URL`. @throws ConfigError when it is not set. */
export function bankOf(config: Config): Bank {
  const base = needed(config.bankUrl, 'ATES_BANK_URL').href.replace(/\/$/, '');

  async function call(
    kind: 'send' | 'find',
    request: () => Promise<Response>,
    read: (answer: HttpAnswer) => BankAnswer,
  ) {
    const answer = await spanned(
      { name: `bank ${kind}`, kind: 'client' },
      () =>
        request()
          .then(async (response) => read(await httpAnswerOf(response)))
          .catch(() => NO_ANSWER), // its text is not looked at: it could quote what was sent
      (given) => ({ failed: given.kind === 'unclear', attributes: { answer: given.kind } }),
    );
    calls.inc({ call: kind, answer: answer.kind });
    return answer;
  }

  const options = () => ({
    headers: { traceparent: traceparent() },
    redirect: 'manual' as const,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

  return {
    send(key, transfer) {
      const { headers, ...rest } = options();
      const request = () =>
        fetch(`${base}/transfers`, {
          ...rest,
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(transfer),
        });
      return call('send', request, (answer) => answerToSending(key, answer));
    },
    find(key) {
      const request = () => fetch(`${base}/transfers/${encodeURIComponent(key)}`, options());
      return call('find', request, (answer) => answerToAsking(key, answer));
    },
  };
}

async function httpAnswerOf(response: Response): Promise<HttpAnswer> {
  const text = await response.text();
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
  return { status: response.status, body: jsonOf(text), retryAfterMs };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
