import type { EventContract } from '#contracts/event';
import type { LastError } from '#contracts/rest/ops';
import type { Config } from './config.ts';
import { AppError, problemOf } from './errors.ts';
import { type EventHandling, eventEntry } from './event-entry.ts';
import { type FunctionAnswer, type FunctionEvent, type Runtime, startRuntime } from './function-runtime.ts';
import { httpEntry } from './http-entry.ts';
import { Gauge, Histogram, metricsText, whenRead } from './metrics.ts';
import type { Route } from './route.ts';
import { spanned } from './telemetry.ts';
import { currentTraceId, withTrace } from './trace.ts';
import type { Work } from './work.ts';

export interface FunctionDefinition<C extends readonly EventContract[]> {
  /** `<service>-<operation>`: the name it is deployed under. */
  readonly name: string;
  readonly http?: readonly Route[];
  readonly events?: EventHandling<C>;
  /** False: it has no database of its own; then its commands are `transaction: 'own'`. */
  readonly database?: false;
  /** Rejects while something that it needs beside its database is away. */
  readonly ready?: (config: Config) => Promise<void>;
  /** What outlasts an answer. A schedule in stack.yml pokes it by an empty `POST /`, as OpenFaaS's cron-connector does. */
  readonly work?: Work;
  /** Gauges that are set whenever somebody reads the metrics. */
  readonly measures?: {
    readonly gauges: readonly Gauge[];
    measure(call: Pick<Runtime, 'database' | 'calendar' | 'config'>): Promise<void>;
  };
}

/** The context of the OpenFaaS node template. */
export interface FunctionContext {
  status(code: number): this;
  headers(values: Readonly<Record<string, string | string[]>>): this;
  succeed(body: unknown): unknown;
}

/**
 * A handler of the OpenFaaS node template, `async (event, context)`. What hangs on it is for our own template's entry
 * point, for generators and for tests; under the official template the first request starts it.
 */
export interface FunctionHandler {
  (event: FunctionEvent, context: FunctionContext): Promise<unknown>;
  readonly definition: FunctionDefinition<readonly EventContract[]>;
  /** @throws ConfigError when a setting or secret is missing. */
  start(config?: Config): Promise<Runtime>;
  ready(): Promise<void>;
  stop(): Promise<void>;
  metrics(): Promise<string>;
  /** Not among the metrics: each trace would be a series of its own. */
  lastError(): LastError | null;
}

const duration = new Histogram({
  name: 'ates_request_seconds',
  help: 'Requests by entry and status.',
  labelNames: ['entry', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

const inFlight = new Gauge({ name: 'ates_requests_in_flight', help: 'Requests under way now.' });

/** Makes a function of its routes and events: the one way for all of them. */
export function defineFunction<const C extends readonly EventContract[]>(
  definition: FunctionDefinition<C>,
): FunctionHandler {
  const {
    name,
    http = [],
    events,
    work,
    database,
    measures,
  } = definition as FunctionDefinition<readonly EventContract[]>;
  const serveHttp = httpEntry(http);
  const serveEvents = events && eventEntry(name, events);
  const commands = http.some((route) => route.method !== 'GET' && route.idempotent !== false);
  let started: Promise<Runtime> | null = null;
  let lastError: LastError | null = null;
  let endMeasures = async (): Promise<void> => undefined;
  const start = (config?: Config) => (started ??= begin(config));

  async function begin(config?: Config): Promise<Runtime> {
    const runtime = await startRuntime({ name, commands, work, database }, config);
    if (measures) endMeasures = whenRead({ ...measures, measure: () => measures.measure(runtime) });
    return runtime;
  }

  /** With a span of it, where those are exported. */
  const served = (event: FunctionEvent): Promise<FunctionAnswer & { entry: string }> =>
    spanned(
      { name: event.method, kind: 'server', attributes: { 'http.request.method': event.method } },
      () => serve(event),
      ({ entry, status }) => ({
        name: entry,
        failed: status >= 500,
        attributes: { 'http.route': entry, 'http.response.status_code': status },
      }),
    );

  async function serve(event: FunctionEvent): Promise<FunctionAnswer & { entry: string }> {
    const runtime = await start();
    const began = performance.now();
    let entry = 'none';
    inFlight.inc();
    const finish = (answer: FunctionAnswer) => {
      const seconds = (performance.now() - began) / 1_000;
      duration.observe({ entry, status: answer.status }, seconds);
      const level = entry === 'timer' && answer.status < 300 ? 'debug' : 'info'; // a poke is no news, and comes for ever
      runtime.log[level]({ entry, status: answer.status, ms: Math.round(seconds * 1_000) }, 'request');
      return { ...answer, entry };
    };
    try {
      if (work && event.method === 'POST' && event.path === '/' && event.headers['x-topic'] === 'cron-function') {
        entry = 'timer';
        runtime.goOn(); // no key is asked for: it can only bring forward what is due
        return finish({ status: 202, body: null, headers: {} });
      }
      if (serveEvents && event.method === 'POST' && event.path === '/') {
        entry = 'events';
        return finish(await serveEvents(event, runtime));
      }
      const answer = await serveHttp(event, runtime, ({ method, path }) => (entry = `${method} ${path}`));
      return finish(answer);
    } catch (error) {
      if (!(error instanceof AppError)) runtime.log.error({ err: error, entry }, 'failed');
      else if (error.status >= 500) runtime.log.warn({ err: error.cause, refusal: error.code, entry }, 'refused');
      const traceId = currentTraceId() ?? '';
      const problem = problemOf(error, traceId);
      if (problem.status >= 500) {
        const code = problem.body.type.split('/').pop();
        lastError = { at: new Date().toISOString(), what: `${entry} ${problem.status} ${code}`, traceId };
      }
      return finish(problem);
    } finally {
      inFlight.dec();
    }
  }

  const handler = (event: FunctionEvent, context: FunctionContext) =>
    withTrace(event.headers.traceparent, async () => {
      const { status, headers, body } = await served(event);
      const isText = typeof body === 'string' || Symbol.asyncIterator in Object(body);
      context.status(status).headers({
        'x-trace-id': currentTraceId() ?? '',
        'cache-control': 'private, no-cache',
        ...(body === null ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...headers,
      });
      return context.succeed(body === null ? '' : isText ? body : JSON.stringify(body));
    });

  return Object.assign(handler, {
    definition: { name, http, ...(events && { events }), ...(work && { work }) },
    start,
    ready: async () => {
      const runtime = await start();
      await runtime.ready();
      await definition.ready?.(runtime.config);
    },
    stop: async () => {
      await endMeasures();
      await (await started)?.stop();
      started = null;
    },
    metrics: metricsText,
    lastError: () => lastError,
  });
}
