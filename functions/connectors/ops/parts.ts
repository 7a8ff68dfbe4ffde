import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { LastError, type OpsStatus, type PartStatus, type QueueStatus } from '#contracts/rest/ops';
import { brokerUrl } from '#platform/broker';
import type { Config } from '#platform/config';
import { AppError } from '#platform/errors';
import { Gauge } from '#platform/metrics';
import { checked } from '#platform/request-body';
import { readSubscriptions } from '../queue/subscriptions.ts';
import { openDeadQueues, queueState, withBroker } from './dead-queues.ts';
import { type Fits, type Metrics, readMetrics } from './metrics-text.ts';

/** Whoever has not answered by then is away. */
const ASK_MS = 2_000;
const LOCK_WAIT_MS = 1_000;

interface Part {
  readonly name: string;
  readonly kind: 'function' | 'connector';
}

/** Everything that must work so that the whole does, as stack.yml has it. */
function partsOf(config: Config): Part[] {
  const { functions } = parse(readFileSync(config.stackFile, 'utf8')) as { functions: Record<string, unknown> };
  const connectors = ['outbox', 'queue', ...(config.timer ? ['timer'] : []), 'ops'];
  return [
    ...Object.keys(functions).map((name) => ({ name, kind: 'function' }) as const),
    ...connectors.map((name) => ({ name, kind: 'connector' }) as const),
  ];
}

/** Whether every part says that it can do its work. */
export async function allReady(config: Config): Promise<boolean> {
  const others = partsOf(config).filter(({ name }) => name !== 'ops');
  const answers = await Promise.all(others.map(({ name }) => ask(config.addressOf(name), '/_/ready')));
  return answers.every((answer) => answer?.status === 200);
}

const partReady = new Gauge({
  name: 'ates_part_ready',
  help: '1 while a function or connector says that it can do its work.',
  labelNames: ['part'],
});
const labelNames = ['function'];
const depth = new Gauge({ name: 'ates_queue_depth', help: 'Events that wait in the queue, untaken.', labelNames });
const deadLetters = new Gauge({ name: 'ates_dead_letters', help: 'Events that are parked.', labelNames });

export const systemGauges = [partReady, depth, deadLetters];

/** For whoever watches the whole: what only an outsider can tell of a part, and what only the broker can of a queue. */
export async function measureSystem(config: Config): Promise<void> {
  const others = partsOf(config).filter(({ name }) => name !== 'ops'); // whose metrics are being read just now
  const [counted, answers] = await Promise.all([
    Promise.race([askBroker(config), pause(ASK_MS - 200, null, { ref: false })]),
    Promise.all(
      others.map(async ({ name }) => ({ name, answer: await ask(config.addressOf(name), '/_/ready', ASK_MS - 200) })),
    ),
  ]);
  for (const { name, answer } of answers) partReady.set({ part: name }, answer?.status === 200 ? 1 : 0);
  for (const name of queuesOf(config)) {
    setOrForget(depth, name, counted?.get(name)?.depth);
    setOrForget(deadLetters, name, counted?.get(name)?.deadLetters);
  }
}

function setOrForget(gauge: Gauge, name: string, value: number | null | undefined): void {
  if (typeof value === 'number') gauge.set({ function: name }, value);
  else gauge.remove({ function: name });
}

export async function statusOf(config: Config): Promise<OpsStatus> {
  const [asked, broker] = await Promise.all([
    Promise.all(partsOf(config).map((part) => askPart(config, part))),
    Promise.race([askBroker(config), pause(ASK_MS, null, { ref: false })]),
  ]);
  const metricsOf = (name: string) => asked.find(({ part }) => part.name === name)?.metrics ?? null;
  return {
    at: new Date().toISOString(),
    parts: asked.map(({ part }) => part),
    queues: queuesOf(config).map((name) => ({
      function: name,
      ...(broker?.get(name) ?? { depth: null, consumers: null, deadLetters: null }),
      ...heldOf(metricsOf('queue'), name),
    })),
    outboxes: outboxesOf(metricsOf('outbox')),
    databases: databasesOf(asked.map(({ part }) => part)),
    broker: broker ? 'ready' : 'away',
  };
}

async function askPart(config: Config, part: Part): Promise<{ part: PartStatus; metrics: Metrics | null }> {
  const { addresses, instances } = await instancesOf(config.addressOf(part.name));
  const asked = await Promise.all(
    addresses.map(async (address) => {
      const [ready, metrics, lastError] = await Promise.all([
        ask(address, '/_/ready'),
        ask(address, '/_/metrics'),
        ask(address, '/_/last-error'),
      ]);
      return { ready, metrics, lastError };
    }),
  );
  const isReady = asked.length > 0 && asked.every(({ ready }) => ready?.status === 200);
  const isThere = asked.some(({ ready, metrics }) => ready || metrics);
  const texts = asked.flatMap(({ metrics }) => (metrics?.status === 200 ? metrics.body : []));
  const metrics = texts.length > 0 ? readMetrics(texts.join('\n')) : null;
  const lastError = lastOf(asked.map((each) => each.lastError));
  const state = isReady ? 'ready' : isThere ? 'not-ready' : 'away';
  return { part: { ...part, state, instances, ...figuresOf(part, metrics), lastError }, metrics };
}

/** A name of several addresses is several instances; how many stand behind a gateway is its own business. */
async function instancesOf(address: string): Promise<{ addresses: string[]; instances: number | null }> {
  const url = new URL(address);
  if (url.protocol !== 'http:' || url.pathname !== '/') return { addresses: [address], instances: null };
  const found = await Promise.race([lookup(url.hostname, { all: true }), pause(ASK_MS, [], { ref: false })]).catch(
    () => [],
  );
  // One that has both kinds of address is one all the same.
  const ofOneKind = found.filter(({ family }) => family === found[0]?.family);
  if (ofOneKind.length < 2) return { addresses: [address], instances: ofOneKind.length || null };
  const addresses = ofOneKind.map(({ address: ip, family }) =>
    address.replace(url.hostname, family === 6 ? `[${ip}]` : ip),
  );
  return { addresses, instances: addresses.length };
}

const lastErrorCheck = checked(LastError);

/** The youngest; whoever counts none answers 404. */
function lastOf(told: readonly (Answer | null)[]): LastError | null {
  const errors = told.flatMap((answer) => {
    const outcome = lastErrorCheck.check(answer?.status === 200 ? parsed(answer.body) : null);
    return 'value' in outcome ? (outcome.value as LastError) : [];
  });
  return errors.sort((a, b) => a.at.localeCompare(b.at)).at(-1) ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const REQUESTS = 'ates_request_seconds';

function figuresOf(
  { kind }: Part,
  metrics: Metrics | null,
): Omit<PartStatus, 'name' | 'kind' | 'state' | 'instances' | 'lastError'> {
  const startedAt = metrics?.min('process_start_time_seconds') ?? null;
  const counted = metrics?.sum(`${REQUESTS}_count`) ?? null;
  const requests = counted ?? (metrics && kind === 'function' ? 0 : null); // before its first there is no sample
  const p95 = metrics?.quantile(REQUESTS, 0.95) ?? null;
  const isError = ({ status }: Readonly<Record<string, string>>) => Number(status) >= 500;
  return {
    version: metrics?.label('ates_build_info', 'version') ?? null,
    startedAt: startedAt === null ? null : new Date(startedAt * 1_000).toISOString(),
    requests,
    inFlight: metrics?.sum('ates_requests_in_flight') ?? null,
    errors: requests === null ? null : (metrics?.sum(`${REQUESTS}_count`, isError) ?? 0),
    p95Ms: p95 === null ? null : Math.round(p95 * 1_000),
    alarms: metrics && (metrics.sum('ates_alarms_total') ?? 0),
  };
}

const queuesOf = (config: Config): string[] => readSubscriptions(config.stackFile).map((each) => each.function);

type Counted = Pick<QueueStatus, 'depth' | 'consumers' | 'deadLetters'>;

/** What waits in each queue; null while the broker is away. Dead letters are not counted while somebody holds them. */
async function askBroker(config: Config): Promise<Map<string, Counted> | null> {
  const names = queuesOf(config);
  const ask = withBroker(brokerUrl(config, 'ops'), async (connection) => {
    const live = await Promise.all(names.map((name) => queueState(connection, name)));
    const dead = await openDeadQueues(connection, LOCK_WAIT_MS).then(
      ({ count }) => Promise.all(names.map((name) => count(name))),
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'dead-letters-busy') return [];
        throw error;
      },
    );
    return names.map((name, i): [string, Counted] => {
      const { messageCount = null, consumerCount = null } = live[i] ?? {};
      return [name, { depth: messageCount, consumers: consumerCount, deadLetters: dead[i] ?? null }];
    });
  });
  return ask.then(
    (counted) => new Map(counted),
    () => null,
  );
}

function heldOf(metrics: Metrics | null, name: string): Omit<QueueStatus, 'function' | keyof Counted> {
  const ofIt: Fits = (labels) => labels.function === name;
  return {
    held: metrics?.sum('ates_queue_held', ofIt) ?? null,
    oldestHeldSeconds: metrics?.max('ates_queue_oldest_held_seconds', ofIt) ?? null,
    functionAway: metrics && metrics.max('ates_queue_function_away', ofIt) === 1,
  };
}

const outboxesOf = (metrics: Metrics | null): OpsStatus['outboxes'] =>
  (metrics?.labels('ates_outbox_oldest_seconds', 'service') ?? []).map((service) => ({
    service,
    oldestSeconds: metrics?.max('ates_outbox_oldest_seconds', (labels) => labels.service === service) ?? 0,
  }));

/** A function is ready when its database answers: so one that is ready proves it, and all that are not deny it. */
function databasesOf(parts: readonly PartStatus[]): OpsStatus['databases'] {
  const functions = parts.filter(({ kind }) => kind === 'function');
  const services = new Set(functions.map(({ name }) => name.split('-')[0] as string));
  return [...services].map((service) => {
    const own = functions.filter(({ name }) => name.startsWith(`${service}-`)).map(({ state }) => state);
    return { service, state: own.includes('ready') ? 'ready' : own.includes('not-ready') ? 'away' : null };
  });
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(address: string, path: string, withinMs = ASK_MS): Promise<Answer | null> {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(address + path, { redirect: 'manual', signal });
    return { status: response.status, body: await response.text() };
  } catch {
    return null;
  }
}
