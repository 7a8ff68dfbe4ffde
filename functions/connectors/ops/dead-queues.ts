import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect, type Message } from 'amqplib';
import { AppError, unavailable } from '#platform/errors';
import { deadQueueOf } from '../queue/topology.ts';
import { replayOf } from './letter.ts';

/**
 * The one way to look at dead letters, to replay and to drop them; for the part ops and for the command line.
 *
 * A reader takes messages from the front of a queue, and what it has not acknowledged returns to its place when its
 * channel is closed (measured: `nack` would shuffle it). Meanwhile nobody else sees them: so there is one reader at a
 * time, who holds the exclusive queue `ates.ops`. The broker takes that lock back with the connection.
 *
 * `consume` and not `get`: measured, 20,000 letters in 0.4 s against 30 to 60 s.
 */

/** What becomes of a letter. */
export type Fate = 'keep' | 'replay' | 'drop';

export interface Reading {
  /** How many letters there were when it began. */
  readonly total: number;
  readonly seen: number;
}

export interface DeadQueues {
  /** The letters that there are of a function. */
  count(functionName: string): Promise<number>;
  /**
   * Goes through a function's letters from the oldest on, at most `most` of them, and not those that are parked
   * meanwhile. `decide` says what becomes of each; `last` ends it. Resolves when the broker has confirmed every replay
   * and what was kept is back in the queue.
   * @throws AppError `outcome-unknown` when the broker was lost in the middle of a replay or drop.
   */
  read(functionName: string, limits: Limits, decide: (message: Message) => Verdict): Promise<Reading>;
}

export interface Verdict {
  readonly fate: Fate;
  readonly last?: boolean;
}

interface Limits {
  readonly most: number;
  /** After so long no further letter is looked at. */
  readonly withinMs: number;
  /** Where many are replayed: so many are under way at once. */
  readonly atOnce?: number;
}

const LOCK = 'ates.ops';
const LOCK_WAIT_MS = 3_000;
const RESOURCE_LOCKED = 405;
const NOT_FOUND = 404;
const CONNECT_TIMEOUT_MS = 2_000;
/** A broker that hangs is noticed within 6 s. */
const HEARTBEAT_SECONDS = 2;
const MOST_PREFETCHED = 65_535;
const CONFIRM_TIMEOUT_MS = 5_000;
/** Messages that were counted come at once; after this silence there are no more. */
const SILENCE_MS = 1_000;
const RETURN_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** Opens a connection for `work`, and closes it. @throws AppError `temporarily-unavailable` when the broker is away. */
export async function withBroker<T>(url: string, work: (connection: ChannelModel) => Promise<T>): Promise<T> {
  const login = new URL(url);
  login.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const away = (error: unknown) => (error instanceof AppError ? error : unavailable('The broker is away.', error));
  const connection = await connect(login.href, { timeout: CONNECT_TIMEOUT_MS }).catch((error: unknown) => {
    throw away(error);
  });
  connection.on('error', () => undefined); // whatever was under way fails by itself
  try {
    return await work(connection);
  } catch (error) {
    throw away(error);
  } finally {
    await close(connection).catch(() => undefined);
  }
}

/**
 * Rejects when the broker does not answer the farewell, as one does not that has gone deaf; the heartbeat ends what is
 * left of the connection then.
 */
async function close(it: ChannelModel | ConfirmChannel): Promise<void> {
  const late = pause(CLOSE_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new Error('the broker does not answer');
  });
  await Promise.race([it.close(), late]);
}

/**
 * Takes the lock; it is given back with the connection.
 * @throws AppError `dead-letters-busy` when another reader does not end within `waitMs`.
 */
export async function openDeadQueues(connection: ChannelModel, waitMs = LOCK_WAIT_MS): Promise<DeadQueues> {
  await lock(connection, waitMs);
  return {
    count: async (functionName) => (await queueState(connection, deadQueueOf(functionName)))?.messageCount ?? 0,
    read: (functionName, limits, decide) => read(connection, functionName, limits, decide),
  };
}

/** Messages that wait in a queue, and its consumers; null where there is no such queue. */
export async function queueState(
  connection: ChannelModel,
  queue: string,
): Promise<{ messageCount: number; consumerCount: number } | null> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    const state = await channel.checkQueue(queue);
    await channel.close();
    return state;
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return null; // the broker has closed the channel
    throw error;
  }
}

async function lock(connection: ChannelModel, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    try {
      await channel.assertQueue(LOCK, { exclusive: true, durable: false });
      return await channel.close();
    } catch (error) {
      if ((error as { code?: number }).code !== RESOURCE_LOCKED) throw error;
      if (performance.now() > deadline) throw new AppError('dead-letters-busy', { retryAfterSeconds: 2 });
      await pause(50 + Math.random() * 50);
    }
  }
}

async function read(
  connection: ChannelModel,
  functionName: string,
  { most, withinMs, atOnce = most }: Limits,
  decide: (message: Message) => Verdict,
): Promise<Reading> {
  const queue = deadQueueOf(functionName);
  const total = (await queueState(connection, queue))?.messageCount ?? 0;
  const target = Math.min(total, most);
  if (target === 0) return { total, seen: 0 };
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  const changes = { asked: 0, made: 0 };
  try {
    await channel.prefetch(Math.min(target, atOnce, MOST_PREFETCHED));
    const seen = await consume(channel, functionName, { target, withinMs }, decide, changes);
    await close(channel);
    await returnedTo(connection, queue, total - changes.made);
    return { total, seen };
  } catch (error) {
    await close(channel).catch(() => undefined);
    if (error instanceof AppError || changes.asked === 0) throw error;
    const detail = 'The broker did not answer. Look at what is there, and repeat it: a replay counts once.';
    throw new AppError('outcome-unknown', { detail, cause: error });
  }
}

/** Resolves with the number of letters seen, when nothing of what was decided is under way any more. */
function consume(
  channel: ConfirmChannel,
  functionName: string,
  { target, withinMs }: { target: number; withinMs: number },
  decide: (message: Message) => Verdict,
  changes: { asked: number; made: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const deadline = performance.now() + withinMs;
    let seen = 0;
    let over = false;
    let returned = false;
    let timer: NodeJS.Timeout | undefined;

    const fail = (error: unknown) => {
      over = true;
      clearTimeout(timer);
      reject(error);
    };
    /** Done, or waiting: for a confirm, else for the next letter. */
    const goOn = () => {
      clearTimeout(timer);
      const waits = changes.asked > changes.made;
      if (over && !waits) resolve(seen);
      else if (waits) timer = setTimeout(() => fail(new Error('a replay was not confirmed')), CONFIRM_TIMEOUT_MS);
      else timer = setTimeout(() => resolve(seen), SILENCE_MS);
    };
    const remove = (message: Message) => {
      channel.ack(message);
      changes.made += 1;
    };
    const replay = (message: Message) => {
      // By the function's queue, and not by the exchange: only so does the confirm say that this function has it.
      channel.publish('', functionName, message.content, replayOf(message), (error) => {
        if (error) return fail(error);
        // The broker returns a message before it confirms it: the function has no queue, and the letter stays.
        if (returned) return fail(unavailable(`The function ${functionName} has no queue.`));
        remove(message);
        goOn();
      });
    };

    channel.on('return', () => {
      returned = true;
    });
    channel.on('close', () => fail(new Error('the channel was closed')));
    const onMessage = (message: ConsumeMessage | null) => {
      if (over) return;
      if (!message) return fail(new Error('the queue was deleted'));
      seen += 1;
      try {
        const { fate, last } = decide(message);
        over = last === true || seen === target || performance.now() > deadline;
        if (fate !== 'keep') changes.asked += 1;
        if (fate === 'replay') replay(message);
        if (fate === 'drop') remove(message);
        goOn();
      } catch (error) {
        fail(error);
      }
    };
    channel.consume(deadQueueOf(functionName), onMessage).catch(fail);
    goOn();
  });
}

/** The broker gives back what a closed channel held a moment later: until then another reader would miss it. */
async function returnedTo(connection: ChannelModel, queue: string, least: number): Promise<void> {
  const deadline = performance.now() + RETURN_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (((await queueState(connection, queue))?.messageCount ?? least) >= least) return;
    await pause(5);
  }
}
