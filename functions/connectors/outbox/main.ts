import { ENTRY_EXCHANGE, whileConnected } from '#platform/broker';
import { readConfig, readSecret } from '#platform/config';
import { openDatabase } from '#platform/database';
import { createLog } from '#platform/log';
import { whenRead } from '#platform/metrics';
import { serveOperations } from '#platform/operations-server';
import { flushTelemetry, startTelemetry } from '#platform/telemetry';
import { publisher } from './publisher.ts';
import { OutboxSender } from './sender.ts';
import { waitingRows } from './waiting.ts';

/**
 * The outbox connector: moves what services have to tell from their outbox tables to the broker. A function wakes it
 * by `POST /wake?service=NAME` after its commit; it looks by itself every second, in case a hint was lost.
 */

const config = readConfig();
const log = createLog('outbox', config.logLevel);
startTelemetry('outbox');
const stopping = new AbortController();
let connected = false;

const senders = config.outboxDatabases.map((url) => {
  const database = openDatabase(url, readSecret(config, `${url.username}-database-password`), 4);
  return new OutboxSender(url.pathname.slice(1), database, log);
});

whenRead(waitingRows(senders));

const operations = await serveOperations({
  log,
  async ready() {
    if (!connected) throw new Error('the broker is away');
    await Promise.all(senders.map((sender) => sender.database.ping()));
  },
  on: { 'POST /wake': (query) => senders.find((sender) => sender.service === query.get('service'))?.wake() },
});

const session = whileConnected(config, 'outbox', log, stopping.signal, async (connection, lost) => {
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(ENTRY_EXCHANGE, 'topic', { durable: true });
  const ended = AbortSignal.any([lost, stopping.signal]);
  connected = true;
  try {
    const publish = publisher(channel, ENTRY_EXCHANGE, log);
    await Promise.all(senders.map((sender) => sender.run(publish, ended)));
  } finally {
    connected = false;
  }
});

process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());
await session;
await Promise.all(senders.map((sender) => sender.database.close()));
await operations.close();
await flushTelemetry();
log.info('stopped');
process.exit(0);
