import type { BusinessCalendar } from './business-day.ts';
import type { Config } from './config.ts';
import { type Database, databaseNow, type Transaction } from './database.ts';
import type { Log } from './log.ts';
import { collectEvents, type Tell } from './outbox.ts';
import type { ServiceClient } from './service-client.ts';

/** What a step of work gets. */
export interface WorkCall {
  /** One transaction; what it tells is sent once it has committed. It may be run again: steps are idempotent. */
  transaction<T>(run: (call: { tx: Transaction; tell: Tell; now(): Promise<Date> }) => Promise<T>): Promise<T>;
  readonly database: Database;
  readonly services: ServiceClient;
  readonly calendar: BusinessCalendar;
  readonly config: Config;
  readonly log: Log;
}

/**
 * Work that outlasts an answer: reassigning, closing a day, paying, sending. What is to be done stands in the
 * database, so that any process can go on with it, after a command (`goOn`), on a schedule (the timer entry) or after
 * a crash.
 */
export interface Work {
  /** Does one step of it, of a second at most; true: there may be more to do. */
  step(call: WorkCall): Promise<boolean>;
}

type Given = Omit<WorkCall, 'transaction'> & { wakeOutbox(): void };

const STEP_MS = 20_000;

/**
 * Runs steps one after another until nothing is left or one fails; asked again meanwhile, it looks once more, so that
 * no hint is lost.
 */
export function worker(work: Work, given: Given) {
  let running: Promise<void> | null = null;
  let again = false;
  let stopping = false;
  let at: Date | null = null;

  const call: WorkCall = {
    ...given,
    async transaction(run) {
      const { result, told } = await given.database.transaction(
        async (tx) => {
          const events = collectEvents();
          const result = await run({ tx, tell: events.tell, now: async () => at ?? databaseNow(tx) });
          return { result, told: await events.save(tx) };
        },
        { deadline: performance.now() + STEP_MS, repeatable: true },
      );
      if (told) given.wakeOutbox();
      return result;
    },
  };

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        while (!stopping && (await work.step(call)));
      } catch (error) {
        given.log.error({ err: error }, 'work failed; the timer goes on with it'); // what was committed stays
      }
    } while (again && !stopping);
    running = null;
  }

  return {
    /**
     * Begins, or looks again; the drain waits for the step under way.
     * @param demoNow the instant at which it is done, where a demonstration sets one
     */
    goOn(demoNow: Date | null = null): void {
      at = demoNow;
      again = true;
      running ??= run();
    },
    async stop(): Promise<void> {
      stopping = true;
      await running;
    },
  };
}
