import { setTimeout as pause } from 'node:timers/promises';
import { businessCalendar } from './business-day.ts';
import { type Config, needed, readConfig, readSecret } from './config.ts';
import { type Database, noDatabase, openDatabase } from './database.ts';
import { createLog } from './log.ts';
import { serviceClient } from './service-client.ts';
import { type Cookies, callerKeyCheck, callerKeys, type SignedIn, sessionVerifier } from './session.ts';
import { flushTelemetry, startTelemetry } from './telemetry.ts';
import { traceparent } from './trace.ts';
import { type Work, worker } from './work.ts';

/** A request as the OpenFaaS node template hands it over; `rawBody` and `bodyTooLarge` come from our own template. */
export interface FunctionEvent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly rawBody?: Buffer;
  readonly bodyTooLarge?: boolean;
}

/** How long an operation may take: below every timeout between the browser and here, so that we answer, not they. */
export const OPERATION_MS = 8_000;

export interface FunctionAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** What a function has while it runs; made once at its start. */
export type Runtime = Awaited<ReturnType<typeof startRuntime>>;

interface Needs {
  readonly name: string;
  /** It has commands that take an Idempotency-Key. */
  readonly commands: boolean;
  /** False: it has no database of its own. */
  readonly database?: false | undefined;
  readonly work?: Work | undefined;
}

const HINT_TIMEOUT_MS = 1_000;
/** Under load one hint stands for all that was committed since the last. */
const HINT_EVERY_MS = 10;

function databaseOf(config: Config): Database {
  const url = needed(config.databaseUrl, 'ATES_DATABASE_URL');
  return openDatabase(url, readSecret(config, `${url.username}-database-password`), config.databasePool);
}

async function post(url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const sent = { ...headers, traceparent: traceparent() };
  const response = await fetch(url, { method: 'POST', headers: sent, signal: AbortSignal.timeout(HINT_TIMEOUT_MS) });
  await response.arrayBuffer();
}

/** @throws ConfigError when a setting or secret is missing: the start fails, and says which. */
export async function startRuntime(needs: Needs, config: Config = readConfig()) {
  const log = createLog(needs.name, config.logLevel);
  startTelemetry(needs.name);
  const service = needs.name.split('-')[0] as string;
  const database = needs.database === false ? noDatabase() : databaseOf(config);
  const isCaller = callerKeyCheck(callerKeys(config));
  const verify = await sessionVerifier(config);
  const underWay = new Set<Promise<void>>();
  let hint: 'none' | 'under way' | 'again' = 'none';

  /** Work that goes on after an answer; the drain waits for it. Its failure is logged, and it is tried again elsewhere. */
  function background(what: string, work: () => Promise<unknown>): void {
    const run: Promise<void> = work()
      .then(() => undefined)
      .catch((error: unknown) => log.debug({ err: error }, `${what} failed`))
      .finally(() => underWay.delete(run));
    underWay.add(run);
  }

  async function sendHint(): Promise<void> {
    do {
      hint = 'under way';
      const wake = `${config.addressOf('outbox')}/wake?service=${service}`;
      await post(wake).catch(() => undefined); // the connector looks by itself every second
      await pause(HINT_EVERY_MS);
    } while ((hint as string) === 'again');
    hint = 'none';
  }

  /** Brings another function's work forward, as the timer does; if the hint is lost, the timer comes soon. */
  const poke = (name: string) =>
    background(`the hint to ${name}`, () => post(`${config.addressOf(name)}/`, { 'x-topic': 'cron-function' }));

  /** Tells the outbox connector that there is something to send; at most one hint is under way. */
  function wakeOutbox(): void {
    if (hint === 'none') background('the hint to the outbox connector', sendHint);
    else hint = 'again';
  }

  const given = { config, log, calendar: businessCalendar(config), services: serviceClient(config), database };
  const working = needs.work && worker(needs.work, { ...given, wakeOutbox });

  return {
    ...given,
    /** Only functions that take an Idempotency-Key have it. */
    requestHmacKey: needs.commands ? readSecret(config, 'request-hmac-key') : '',
    isCaller: (key: string | undefined): boolean => key !== undefined && isCaller(key),
    signedIn: (cookies: Cookies): Promise<SignedIn | null> => verify(cookies),
    /** The instant that a demonstration sets for a command; only with the caller key, and never outside a demo. */
    demoNow({ headers }: FunctionEvent): Date | null {
      const given = headers['x-ates-now'];
      if (!config.demo || !given || !isCaller(headers['x-ates-caller-key'] ?? '')) return null;
      const instant = new Date(given);
      return Number.isNaN(instant.getTime()) ? null : instant;
    },
    wakeOutbox,
    background,
    /** Goes on with the function's work, if it has any; or with that of another function. */
    goOn: (functionName?: string, demoNow: Date | null = null): void =>
      functionName ? poke(functionName) : working?.goOn(demoNow),
    /** Rejects while the function cannot work. */
    async ready(): Promise<void> {
      await database.ping();
    },
    /** Ends the work that goes on after answers, then the connections. */
    async stop(): Promise<void> {
      await working?.stop();
      while (underWay.size > 0) await Promise.all(underWay);
      await database.close();
      await flushTelemetry();
    },
  };
}
