import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Message, Options } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { alarm, type Log } from '#platform/log';
import { Counter, Gauge, Histogram, whenRead } from '#platform/metrics';
import { awayPauseMs, pauseBeforeRetry, RETRY_PAUSES_MS } from './back-off.ts';
import type { Call } from './call.ts';
import { type Delivery, MAX_BATCH_EVENTS, readDelivery, takeBatch } from './delivery.ts';
import type { Gate } from './gate.ts';
import type { Subscription } from './subscriptions.ts';
import { deadLetterId, deadQueueOf, declare } from './topology.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface QueueOptions {
  readonly exchange: string;
  /** Told whether the queue is there. */
  readonly gate?: Gate;
  readonly retryPausesMs?: readonly number[];
  /** After so many different events in a row that fail alone the function counts as away: a bad deploy parks nothing. */
  readonly failuresInARow?: number;
  /** How long a new queue is left alone before it is bound. */
  readonly settleMs?: number;
}

const CALLS_AT_ONCE = 2;
const PREFETCH = (CALLS_AT_ONCE + 1) * MAX_BATCH_EVENTS;
const LINGER_MS = 5;
const DECLARE_EVERY_MS = 60_000;
const PARK_TIMEOUT_MS = 5_000;
/** A second call at once only for a full batch: what comes while a call is under way gathers for the next. */
const callsFor = (waiting: number): number => (waiting >= MAX_BATCH_EVENTS ? CALLS_AT_ONCE : 1);

/** RabbitMQ closes a channel that holds a delivery for 30 min; nothing here takes nearly as long. */
const LONGEST_HOLD_MS = 4 * 60_000;
const MAX_COUNTED = 10_000;
const PROBES_AT_ONCE = 10;
const MAX_PROBES = 1_000;

const labelNames = ['function'];
const batchSize = new Histogram({
  name: 'ates_queue_batch_events',
  help: 'Events a call.',
  labelNames,
  buckets: [1, 5, 20, 100, 250, 500],
});
const callSeconds = new Histogram({
  name: 'ates_queue_call_seconds',
  help: 'Calls of functions by what came of them: a status, lost or unreachable.',
  labelNames: ['function', 'outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const inFlight = new Gauge({
  name: 'ates_queue_calls_in_flight',
  help: 'Calls that are not answered yet.',
  labelNames,
});
const held = new Gauge({ name: 'ates_queue_held', help: 'Deliveries taken and not answered for.', labelNames });
const oldestHeld = new Gauge({
  name: 'ates_queue_oldest_held_seconds',
  help: 'Age of the oldest of them.',
  labelNames,
});
const lag = new Gauge({
  name: 'ates_queue_lag_seconds',
  help: 'How long ago the oldest event that is held occurred; 0: none is.',
  labelNames,
});
const handled = new Counter({ name: 'ates_queue_handled_total', help: 'Events answered for.', labelNames });
const retried = new Counter({ name: 'ates_queue_retried_total', help: 'Events tried again.', labelNames });
const parked = new Counter({ name: 'ates_queue_parked_total', help: 'Events moved to the dead letters.', labelNames });
const awayGauge = new Gauge({
  name: 'ates_queue_function_away',
  help: '1 while the function is waited for.',
  labelNames,
});

/**
 * One function's queue: takes messages, calls the function with batches, and acknowledges only what the function has
 * answered for. A session is one channel: what came over an older one is forgotten, for it will come again.
 */
export class FunctionQueue {
  readonly subscription: Subscription;
  readonly #call: Call;
  readonly #log: Log;
  readonly #options: QueueOptions;
  /** Tries by event id; they outlive a channel, so that a lost connection gives no event endless tries. */
  readonly #tries = new Map<string, number>();
  readonly #failedInARow = new Set<string>();
  #session: Session | null = null;
  #callsUnderWay = 0;
  #probes = 0;
  /** The channel of the run that messages are taken by. */
  #working: Channel | null = null;

  constructor(subscription: Subscription, call: Call, log: Log, options: QueueOptions) {
    this.subscription = subscription;
    this.#call = call;
    this.#log = log.child({ function: subscription.function });
    this.#options = options;
  }

  /** Its queue is declared and bound, and messages are taken. */
  get working(): boolean {
    return this.#working !== null;
  }

  get #queue(): string {
    return this.subscription.function;
  }

  /** Works until `ended` or until the channel fails; then it must be called again with a new one. */
  async run(connection: ChannelModel, ended: AbortSignal): Promise<void> {
    const channel = await connection.createConfirmChannel();
    const closed = new AbortController();
    channel.on('error', (error: Error) => this.#log.warn({ err: error }, 'channel failed'));
    channel.on('close', () => {
      closed.abort();
      this.#leave(channel);
    });
    const over = AbortSignal.any([ended, closed.signal]);
    const returned = new Set<string>();
    channel.on('return', ({ properties }: Message) => returned.add(String(properties.headers?.['x-ates-id'])));
    const { exchange, gate, settleMs } = this.#options;
    const endMeasures = whenRead({ gauges: [], measure: async () => this.#measure() });
    const declareAll = async () => {
      const whenMissing = async () => gate?.missing(this.#queue);
      await declare(connection, channel, exchange, this.subscription, settleMs, whenMissing);
      await gate?.bound(this.#queue);
    };
    try {
      await declareAll();
      await channel.prefetch(PREFETCH);
      this.#working = channel;
      const again = setInterval(() => {
        declareAll().catch((error: unknown) =>
          alarm(this.#log, 'topology-differs', { function: this.#queue, err: error }),
        );
      }, DECLARE_EVERY_MS);
      over.addEventListener('abort', () => clearInterval(again), { once: true });
      while (!over.aborted) {
        const away = await this.#consume(channel, returned, over);
        if (away && !over.aborted) await this.#waitForFunction(channel, away, over);
      }
    } finally {
      this.#leave(channel);
      await endMeasures();
      this.#measure();
      if (!closed.signal.aborted) await channel.close().catch(() => undefined);
    }
  }

  /** No messages are taken by it any more. A run whose call outlives its connection says so late: another works by then. */
  #leave(channel: Channel): void {
    if (this.#working !== channel) return;
    this.#working = null;
    this.#session = null;
  }

  /** Consumes until the function is away (the verdict that said so) or `over`; then nothing is held any more. */
  async #consume(channel: ConfirmChannel, returned: Set<string>, over: AbortSignal): Promise<AwayVerdict | null> {
    const session = new Session(channel, returned);
    this.#session = session;
    awayGauge.set({ function: this.#queue }, 0);
    let wake: () => void = () => undefined;
    let cancelled = false;
    let failure: unknown = null;
    let closing: Promise<void> = Promise.resolve();
    session.onRetry = () => wake();
    const onMessage = (message: ConsumeMessage | null) => {
      if (message) session.take(message);
      else {
        cancelled = true; // the queue was deleted: it is declared again
        closing = this.#options.gate?.missing(this.#queue) ?? closing;
        closing.catch(() => undefined); // awaited below
      }
      wake();
    };
    const { consumerTag } = await channel.consume(this.#queue, onMessage);
    const underWay = new Set<Promise<void>>();
    let away: AwayVerdict | null = null;
    const end = () => wake();
    over.addEventListener('abort', end);

    while (!over.aborted && !away && !cancelled && !failure) {
      if (session.spoilt.length > 0) {
        await this.#parkAll(session, session.spoilt.splice(0));
      } else if (session.waiting.length > 0 && underWay.size < callsFor(session.waiting.length)) {
        if (session.waiting.length < MAX_BATCH_EVENTS) await pause(LINGER_MS);
        const batch = takeBatch(session.waiting);
        const work: Promise<void> = this.#work(session, batch)
          .then((verdict) => {
            away ??= verdict;
          })
          .catch((error: unknown) => {
            failure = error; // the broker did not take a dead letter: the channel must go
          })
          .finally(() => {
            underWay.delete(work);
            wake();
          });
        underWay.add(work);
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    over.removeEventListener('abort', end);
    if (!cancelled) await channel.cancel(consumerTag).catch(() => undefined);
    // What is under way may still be settled by its answer; the rest goes back, once.
    await Promise.all(underWay);
    session.returnAll();
    if (failure) throw failure;
    if (cancelled && !over.aborted) {
      // What was told between the two must be sent again by hand: the broker had other queues for it, and confirmed it.
      alarm(this.#log, 'queue-deleted', { function: this.#queue });
      await closing;
      throw new Error('the queue was deleted'); // declared again with the next channel
    }
    return away;
  }

  /** Calls the function with a batch, halving it where that is needed; a verdict if the function is away. */
  async #work(session: Session, batch: readonly Delivery[]): Promise<AwayVerdict | null> {
    if (batch.length === 0 || session !== this.#session) return null;
    if (session.oldest !== null && performance.now() - session.oldest.since > LONGEST_HOLD_MS) {
      return { kind: 'away', reason: 'events were held too long', alarm: true, waitMs: 0, failing: false };
    }
    batchSize.observe({ function: this.#queue }, batch.length);
    const verdict = await this.#ask(batch);
    if (session !== this.#session) return null; // its channel is gone: all of it comes again, and is judged then
    if (verdict.kind === 'away') return { ...verdict, failing: false };
    if (verdict.kind === 'settled') {
      await this.#settle(session, batch, verdict);
      return null;
    }
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      return (await this.#work(session, batch.slice(0, middle))) ?? (await this.#work(session, batch.slice(middle)));
    }
    return this.#failedAlone(session, batch[0] as Delivery, verdict.reason);
  }

  async #settle(
    session: Session,
    batch: readonly Delivery[],
    { failed }: Verdict & { kind: 'settled' },
  ): Promise<void> {
    this.#probes = 0;
    this.#failedInARow.clear();
    const failures = new Map(failed.map((failure) => [failure.id, failure]));
    for (const delivery of batch) {
      const failure = failures.get(delivery.id);
      if (!failure) {
        session.acknowledge(delivery);
        this.#tries.delete(delivery.id);
        handled.inc({ function: this.#queue });
      } else if (failure.retryable) await this.#tryAgain(session, delivery, failure.reason);
      else await this.#park(session, delivery, failure.reason);
    }
  }

  async #failedAlone(session: Session, delivery: Delivery, reason: string): Promise<AwayVerdict | null> {
    this.#failedInARow.add(delivery.id);
    if (this.#failedInARow.size >= (this.#options.failuresInARow ?? 20)) {
      return {
        kind: 'away',
        reason: `${this.#failedInARow.size} events in a row failed: ${reason}`,
        alarm: true,
        waitMs: 0,
        failing: true,
      };
    }
    await this.#tryAgain(session, delivery, reason);
    return null;
  }

  async #tryAgain(session: Session, delivery: Delivery, reason: string): Promise<void> {
    const tries = (this.#tries.get(delivery.id) ?? 0) + 1;
    if (this.#tries.size >= MAX_COUNTED) this.#tries.clear(); // bounded; the queue's own limit is the net
    this.#tries.set(delivery.id, tries);
    const pauseMs = pauseBeforeRetry(tries, this.#options.retryPausesMs ?? RETRY_PAUSES_MS);
    if (pauseMs === null) return this.#park(session, delivery, reason);
    retried.inc({ function: this.#queue });
    session.putBack(delivery, pauseMs);
  }

  async #parkAll(session: Session, spoilt: readonly { delivery: Delivery; problem: string }[]): Promise<void> {
    for (const { delivery, problem } of spoilt) await this.#park(session, delivery, problem);
  }

  /** Moves a message to the dead letters: a confirmed publish, then the acknowledgement. Twice is better than never. */
  async #park(session: Session, delivery: Delivery, reason: string): Promise<void> {
    const { content, properties } = delivery.message;
    // Nobody may publish as another user, and a dead letter does not expire.
    const { headers: original, userId: _, expiration: __, ...rest } = properties;
    const id = delivery.id ? deadLetterId(this.#queue, delivery.id) : uuidv7();
    const attempts = this.#tries.get(delivery.id) ?? 1;
    const ours = {
      'x-ates-id': id,
      'x-ates-reason': reason.slice(0, 500),
      'x-ates-attempts': attempts,
      'x-ates-parked-at': new Date().toISOString(),
      'x-ates-queue': this.#queue,
      'x-ates-routing-key': delivery.routingKey,
    };
    const publish = (headers: typeof ours) =>
      session.publish(deadQueueOf(this.#queue), content, { ...rest, headers, persistent: true, mandatory: true });
    await publish({ ...original, ...ours }).catch((error: unknown) => {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      return publish(ours); // its own headers are too large beside ours, or cannot be sent again
    });
    session.acknowledge(delivery);
    this.#tries.delete(delivery.id);
    parked.inc({ function: this.#queue });
    this.#log.error({ eventId: delivery.id, deadLetter: id, attempts, reason }, 'parked');
  }

  /** Until the function answers again: asked with an empty batch, or, if it failed for every event, with some of them. */
  async #waitForFunction(channel: ConfirmChannel, away: AwayVerdict, over: AbortSignal): Promise<void> {
    if (away.alarm) alarm(this.#log, 'function-away', { function: this.#queue, reason: away.reason });
    else this.#log.warn({ reason: away.reason }, 'function away');
    awayGauge.set({ function: this.#queue }, 1);
    const probes: Delivery[] = [];
    let waitMs = away.waitMs;
    let isBack = false;
    while (!isBack && !over.aborted) {
      const pauseMs = Math.max(waitMs, awayPauseMs(this.#probes, away.failing, Math.random()));
      this.#probes += 1;
      await pause(pauseMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      const asked = away.failing ? (await this.#nextProbes(channel, probes)).map((probe) => [probe]) : [[]];
      isBack = asked.length === 0; // nothing is left to fail
      for (const batch of asked) {
        const verdict = await this.#ask(batch);
        isBack = verdict.kind === 'settled';
        waitMs = verdict.kind === 'away' ? verdict.waitMs : 0;
        if (isBack || over.aborted) break;
      }
    }
    // The probes' own answers are asked for again with the others: their effect is there once, whatever comes.
    if (!over.aborted) for (const probe of probes) channel.reject(probe.message, true);
    this.#failedInARow.clear();
    if (!over.aborted) this.#log.info('function answers again');
  }

  /**
   * The next events to ask a failing function with, and not the same ones each time: where it fails for those at the
   * queue's head alone, however many, one behind them shows that it works.
   */
  async #nextProbes(channel: ConfirmChannel, held: Delivery[]): Promise<Delivery[]> {
    const oldest = held[0]?.since ?? performance.now();
    if (held.length >= MAX_PROBES || performance.now() - oldest > LONGEST_HOLD_MS) {
      for (const probe of held.splice(0)) channel.reject(probe.message, true);
    }
    const fresh: Delivery[] = [];
    while (fresh.length < PROBES_AT_ONCE) {
      const message = await channel.get(this.#queue);
      if (!message) break;
      fresh.push(readDelivery(message as Message, performance.now()).delivery);
    }
    held.push(...fresh);
    return fresh.length > 0 ? fresh : held.slice(0, PROBES_AT_ONCE);
  }

  /** Calls the function, and counts how long that took and what came of it. */
  async #ask(batch: readonly Delivery[]): Promise<Verdict> {
    this.#callsUnderWay += 1;
    const began = performance.now();
    const result = await this.#call(batch);
    this.#callsUnderWay -= 1;
    const outcome = result.kind === 'answer' ? String(result.status) : result.kind;
    callSeconds.observe({ function: this.#queue, outcome }, (performance.now() - began) / 1_000);
    return verdictOf(result, batch.length);
  }

  /** What is under way is looked at when it is asked for: a call that hangs tells nothing by itself. */
  #measure(): void {
    const of = { function: this.#queue };
    const oldest = this.#session?.oldest ?? null;
    inFlight.set(of, this.#callsUnderWay);
    held.set(of, this.#session?.size ?? 0);
    oldestHeld.set(of, oldest === null ? 0 : (performance.now() - oldest.since) / 1_000);
    lag.set(of, oldest === null ? 0 : Math.max(0, (Date.now() - oldest.occurredAt) / 1_000));
  }
}

type AwayVerdict = Verdict & { kind: 'away' } & {
  /** It answers, but fails for whatever event it gets. */
  readonly failing: boolean;
};

/** The deliveries that one consumer holds. After `returnAll` nothing of it is acknowledged any more. */
class Session {
  readonly waiting: Delivery[] = [];
  readonly spoilt: { delivery: Delivery; problem: string }[] = [];
  onRetry: () => void = () => undefined;
  readonly #channel: ConfirmChannel;
  readonly #returned: Set<string>;
  readonly #held = new Map<Message, Delivery>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param returned dead letters, by `x-ates-id`, that no queue took; the broker returns one before it confirms it. */
  constructor(channel: ConfirmChannel, returned: Set<string>) {
    this.#channel = channel;
    this.#returned = returned;
  }

  get size(): number {
    return this.#held.size;
  }

  /** The one that is held longest. */
  get oldest(): Delivery | null {
    return this.#held.values().next().value ?? null;
  }

  take(message: Message): void {
    const { delivery, problem } = readDelivery(message, performance.now());
    this.#held.set(message, delivery);
    if (problem === null) this.waiting.push(delivery);
    else this.spoilt.push({ delivery, problem });
  }

  acknowledge(delivery: Delivery): void {
    if (this.#held.delete(delivery.message)) this.#channel.ack(delivery.message);
  }

  putBack(delivery: Delivery, afterMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#held.has(delivery.message)) return;
      this.waiting.push(delivery);
      this.onRetry();
    }, afterMs);
    this.#timers.add(timer);
  }

  /** @throws Error when the broker has not confirmed it in time, or no queue took it: then the channel must go. */
  publish(
    queue: string,
    content: Buffer,
    options: Options.Publish & { headers: { 'x-ates-id': string } },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the dead letter was not confirmed')), PARK_TIMEOUT_MS);
      this.#channel.publish('', queue, content, options, (error) => {
        clearTimeout(timer);
        if (error) reject(error as Error);
        else if (this.#returned.delete(options.headers['x-ates-id'])) reject(new Error(`there is no queue ${queue}`));
        else resolve();
      });
    });
  }

  /** Gives everything back to the queue: `reject`, which the broker's delivery limit counts, and not `nack`. */
  returnAll(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const message of this.#held.keys()) {
      try {
        this.#channel.reject(message, true);
      } catch {
        break; // the channel is closed: the broker takes back everything by itself
      }
    }
    this.#held.clear();
    this.waiting.length = 0;
    this.spoilt.length = 0;
  }
}
