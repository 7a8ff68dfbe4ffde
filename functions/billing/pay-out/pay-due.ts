import { setTimeout as pause } from 'node:timers/promises';
import { payoutBlockedV1 } from '#contracts/billing/payout-blocked.v1';
import { alarm } from '#platform/log';
import type { Tell } from '#platform/outbox';
import { withTraceId } from '#platform/trace';
import type { Work, WorkCall } from '#platform/work';
import { type Bank, bankOf } from '../bank.ts';
import { type CardCipher, cipherOf } from '../card-cipher.ts';
import {
  currentAttempts,
  dueCount,
  holdCards,
  lockDue,
  lockVersions,
  type PayoutRow,
  saveAttempts,
  savePayouts,
} from '../db/payouts.ts';
import { type BankAnswer, type BankCall, bankKeyOf, differs, settle, takeUp } from '../domain/payout.ts';

/** A lane takes up a batch and calls the bank for all of it at once. */
const LANES = 5;
const BATCH = 40;
/** What is answered within it is saved together; who takes longer holds up nobody. */
const PROMPT_MS = 150;
/** After this a lane takes up nothing more, so that a step ends with the slowest call under way. */
const STEP_MS = 3_000;

type Call = BankCall<PayoutRow>;
interface Answered {
  readonly call: Call;
  readonly answer: BankAnswer;
}

/**
 * Pays what is due, and asks for what is unknown. The bank is called outside any transaction: before it, what is going
 * to be sent is stored; after it, the answer is saved only if nobody has taken the payout up meanwhile. A process that
 * dies in between leaves a payout whose lease ends, which is then asked for.
 */
export const payDue: Work = {
  async step(work) {
    const due = await work.database.read((db) => dueCount(db, LANES * BATCH));
    const until = performance.now() + STEP_MS;
    const lanes = Array.from({ length: Math.ceil(due / BATCH) }, () => runLane(work, until));
    const outcomes = await Promise.allSettled(lanes);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value);
  },
};

/** Takes up batch after batch; resolves when all of it is saved, with whether there may be more to do. */
async function runLane(work: WorkCall, until: number): Promise<boolean> {
  const [bank, cipher] = [bankOf(work.config), cipherOf(work.config)];
  const late: Promise<void>[] = [];
  let open = 0;
  let [called, isMore] = [0, false];
  do {
    const { calls, taken } = await takeUpDue(work);
    called += calls.length;
    const answered: Answered[] = [];
    const all = Promise.all(
      calls.map(async (call) => {
        open += 1;
        answered.push({ call, answer: await callBank(work, bank, cipher, call) });
        open -= 1;
      }),
    );
    await Promise.race([all, pause(PROMPT_MS, null, { ref: false })]);
    await saveAnswers(work, answered.splice(0));
    const rest = all.then(() => saveAnswers(work, answered));
    rest.catch(() => undefined); // looked at below
    late.push(rest);
    isMore = taken === BATCH;
  } while (isMore && open < BATCH && performance.now() < until);
  await Promise.all(late);
  return isMore || called > 0; // what was answered may be due again at once
}

/** Takes up the next payouts that are due, and stores what is going to be sent. */
async function takeUpDue({ transaction }: WorkCall): Promise<{ calls: Call[]; taken: number }> {
  return transaction(async ({ tx, tell, now }) => {
    const due = await lockDue(tx, BATCH);
    if (due.length === 0) return { calls: [], taken: 0 };
    const attempts = await currentAttempts(tx, due);
    const unsent = due.filter(({ state }) => state === 'pending');
    const cards = await holdCards(
      tx,
      unsent.map(({ userId }) => userId),
    );

    const at = await now();
    const steps = due.map((payout) => {
      const [card, attempt] = [cards.get(payout.userId) ?? null, attempts.get(payout.id) ?? null];
      return takeUp(payout, { now: at, card, attempt });
    });
    const calls = steps.filter((step) => step.call !== null);

    const sent = calls.filter(({ call }) => call === 'send').map(({ attempt }) => attempt);
    await saveAttempts(tx, sent, at);
    await savePayouts(
      tx,
      steps.map(({ payout }) => payout),
    );
    for (const { payout } of steps) tellIfBlocked(tell, payout, at);
    return { calls, taken: due.length };
  });
}

async function callBank({ log }: WorkCall, bank: Bank, cipher: CardCipher, { call, payout, attempt }: Call) {
  const key = bankKeyOf(payout.id, payout.keyNumber);
  const { id: payoutId, userId, amountCents } = payout;
  return inTraceOf(payout, async (): Promise<BankAnswer> => {
    if (call === 'ask') return bank.find(key);
    const cardNumber = cipher.unseal(userId, attempt.sealedNumber ?? '');
    if (cardNumber === null) {
      alarm(log, 'card-unreadable', { payoutId });
      return { kind: 'away' }; // nothing was sent
    }
    return bank.send(key, { amountCents, cardNumber });
  });
}

/** Saves what the bank has said of those payouts that nobody else has taken up or changed meanwhile. */
async function saveAnswers({ transaction, log }: WorkCall, answered: readonly Answered[]): Promise<void> {
  if (answered.length === 0) return;
  await transaction(async ({ tx, tell, now }) => {
    const versions = await lockVersions(
      tx,
      answered.map(({ call }) => call.payout.id),
    );
    const own = answered.filter(({ call }) => versions.get(call.payout.id) === call.payout.version);
    const refused = own.filter(({ answer }) => answer.kind === 'refused');
    const cards = await holdCards(
      tx,
      refused.map(({ call }) => call.payout.userId),
    );

    const at = await now();
    const settled = own.map(({ call, answer }) => {
      const cardVersion = cards.get(call.payout.userId)?.version ?? 0;
      return settle(call, answer, { now: at, cardVersion, dice: Math.random });
    });

    await saveAttempts(
      tx,
      settled.map(({ attempt }) => attempt),
      at,
    );
    await savePayouts(
      tx,
      settled.map(({ payout }) => payout),
    );
    for (const { payout } of settled) tellIfBlocked(tell, payout, at);
  });
  for (const { call, answer } of answered) {
    if (differs(call, answer)) alarm(log, 'bank-transfer-differs', { payoutId: call.payout.id });
  }
  const counts = Map.groupBy(answered, ({ answer }) => answer.kind);
  log.info(Object.fromEntries([...counts].map(([kind, { length }]) => [kind, length])), 'answers of the bank');
}

function tellIfBlocked(tell: Tell, payout: PayoutRow, at: Date): void {
  const { id: payoutId, userId, amountCents, businessDate, state, reason } = payout;
  if (state !== 'blocked' || (reason !== 'no-card' && reason !== 'card-refused')) return;
  const data = { payoutId, userId, amountCents, businessDate, reason };
  inTraceOf(payout, () => tell(payoutBlockedV1, { subject: payoutId, at, data }));
}

/** What becomes of a payout belongs to the story that began with the close of its day. */
const inTraceOf = <T>({ traceId }: PayoutRow, run: () => T): T => withTraceId(traceId, run);
