import { once } from 'node:events';
import { ENTRY_EXCHANGE, EXCHANGE, whileConnected } from '#platform/broker';
import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { serveOperations } from '#platform/operations-server';
import { callerKeys } from '#platform/session';
import { flushTelemetry, startTelemetry } from '#platform/telemetry';
import { functionCaller } from './call.ts';
import { FunctionQueue } from './function-queue.ts';
import { Gate } from './gate.ts';
import { readSubscriptions } from './subscriptions.ts';

/**
 * The queue connector: moves events from each function's queue to the function, in batches, and acknowledges what the
 * function has answered for. What a function hears stands in stack.yml.
 */

const CALL_TIMEOUT_MS = 10_000;

const config = readConfig();
const log = createLog('queue', config.logLevel);
const [callerKey = ''] = callerKeys(config);
startTelemetry('queue');
const stopping = new AbortController();

const subscriptions = readSubscriptions(config.stackFile);
const names = subscriptions.map((subscription) => subscription.function);
const gate = new Gate(ENTRY_EXCHANGE, EXCHANGE, names);
const queues = subscriptions.map((subscription) => {
  const call = functionCaller(config.addressOf(subscription.function), callerKey, CALL_TIMEOUT_MS);
  return new FunctionQueue(subscription, call, log, { exchange: EXCHANGE, gate });
});

const operations = await serveOperations({
  log,
  async ready() {
    if (!queues.every((queue) => queue.working)) throw new Error('a queue is not bound yet');
  },
});

const session = whileConnected(config, 'queue', log, stopping.signal, async (connection, lost) => {
  const ended = AbortSignal.any([lost, stopping.signal]);
  gate.use(connection);
  const runs = Promise.all(queues.map((queue) => queue.run(connection, ended)));
  // Calls that are under way when the connection is lost can settle nothing any more: the next one does not wait for them.
  await Promise.race([runs, once(lost, 'abort')]);
});

process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());
await session;
await operations.close();
await flushTelemetry();
log.info('stopped');
process.exit(0);
