import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import type { OpsStatus, PartStatus, QueueStatus } from '#contracts/rest/ops';
import { brokerUrl } from '#platform/broker';
import type { Config } from '#platform/config';
import { AppError } from '#platform/errors';
import { Gauge } from '#platform/metrics';
import { readSubscriptions } from '../queue/subscriptions.ts';
import { openDeadQueues, queueState, withBroker } from './dead-queues.ts';
import { type Metrics, readMetrics } from './metrics-text.ts';

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
  const answers = await Promise.all(others.map(({ name }) => ask(config, name, '/_/ready')));
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
    Promise.all(others.map(async ({ name }) => ({ name, answer: await ask(config, name, '/_/ready', ASK_MS - 200) }))),
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
  const [ready, told] = await Promise.all([ask(config, part.name, '/_/ready'), ask(config, part.name, '/_/metrics')]);
  const metrics = told?.status === 200 ? readMetrics(told.body) : null;
  const state = ready?.status === 200 ? 'ready' : ready || told ? 'not-ready' : 'away';
  return { part: { ...part, state, ...figuresOf(part, metrics) }, metrics };
}

const REQUESTS = 'ates_request_seconds';

function figuresOf({ kind }: Part, metrics: Metrics | null): Omit<PartStatus, 'name' | 'kind' | 'state'> {
  const startedAt = metrics?.sum('process_start_time_seconds') ?? null;
  const counted = metrics?.sum(`${REQUESTS}_count`) ?? null;
  const requests = counted ?? (metrics && kind === 'function' ? 0 : null); // before its first there is no sample
  const p95 = metrics?.quantile(REQUESTS, 0.95) ?? null;
  const isError = ({ status }: Readonly<Record<string, string>>) => Number(status) >= 500;
  return {
    version: metrics?.label('ates_build_info', 'version') ?? null,
    startedAt: startedAt === null ? null : new Date(startedAt * 1_000).toISOString(),
    requests,
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
  const gauge = (metric: string) => metrics?.sum(metric, (labels) => labels.function === name) ?? null;
  const away = gauge('ates_queue_function_away');
  return {
    held: gauge('ates_queue_held'),
    oldestHeldSeconds: gauge('ates_queue_oldest_held_seconds'),
    functionAway: metrics && away === 1,
  };
}

const outboxesOf = (metrics: Metrics | null): OpsStatus['outboxes'] =>
  (metrics?.labels('ates_outbox_oldest_seconds', 'service') ?? []).map((service) => ({
    service,
    oldestSeconds: metrics?.sum('ates_outbox_oldest_seconds', (labels) => labels.service === service) ?? 0,
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

async function ask(
  config: Config,
  name: string,
  path: string,
  withinMs = ASK_MS,
): Promise<{ status: number; body: string } | null> {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(`${config.addressOf(name)}${path}`, { redirect: 'manual', signal });
    return { status: response.status, body: await response.text() };
  } catch {
    return null;
  }
}
