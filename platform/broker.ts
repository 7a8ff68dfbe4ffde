import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import { type Config, needed, readSecret } from './config.ts';
import type { Log } from './log.ts';

/** The topic exchange of all events: routing key = event type. */
export const EXCHANGE = 'ates.events';
/** Where the outbox publishes them; it leads to `ates.events` while every function that hears has its queue. */
export const ENTRY_EXCHANGE = 'ates.outbox';

const CONNECT_TIMEOUT_MS = 5_000;
const LONGEST_PAUSE_MS = 5_000;

/** The broker's address for a part: the password of the URL's user is the secret `<part>-broker-password`. */
export function brokerUrl(config: Config, part: string): string {
  const login = new URL(needed(config.amqpUrl, 'ATES_AMQP_URL'));
  login.password = encodeURIComponent(readSecret(config, `${part}-broker-password`));
  login.searchParams.set('heartbeat', '10');
  return login.href;
}

/**
 * Keeps a connection to the broker: opens it, hands it to `session`, and when it is lost, or a session fails, opens
 * another after a pause with jitter; until `stopped`. `lost` tells a session that its connection is gone: nothing that
 * came over it can be acknowledged any more.
 */
export async function whileConnected(
  config: Config,
  part: string,
  log: Log,
  stopped: AbortSignal,
  session: (connection: ChannelModel, lost: AbortSignal) => Promise<void>,
): Promise<void> {
  const url = brokerUrl(config, part);
  for (let failures = 0; !stopped.aborted; failures += 1) {
    const lost = new AbortController();
    try {
      const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS });
      connection.on('error', (error: Error) => log.warn({ err: error }, 'broker connection failed'));
      connection.on('close', () => lost.abort());
      log.info('connected to the broker');
      failures = 0;
      try {
        await session(connection, lost.signal);
      } finally {
        if (!lost.signal.aborted) await connection.close().catch(() => undefined);
        lost.abort();
      }
    } catch (error) {
      log.warn({ err: error }, 'broker session ended');
    }
    if (stopped.aborted) return;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 200 * 2 ** failures) * (0.5 + Math.random() / 2);
    await pause(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
  }
}
