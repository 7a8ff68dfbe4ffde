import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import { v5 as uuidv5 } from 'uuid';
import type { Subscription } from './subscriptions.ts';

export const deadQueueOf = (queue: string): string => `${queue}.dead`;

const DEAD_LETTERS = '5b1f6d0e-4d0a-5a5e-9d53-3c1f9a1c7d10';

/** Names a dead letter: the same event parked again has the same id. */
export const deadLetterId = (queue: string, eventId: string): string => uuidv5(`${queue} ${eventId}`, DEAD_LETTERS);

/**
 * For about a second after it was declared, RabbitMQ 3.10 loses a quorum queue's log when it is killed, and with it
 * what it had confirmed (measured: gone after 0.7 s, there after 1.2 s). So a new queue is bound, and used for dead
 * letters, only when it has been there for a while; until then the outbox gets its events back and keeps them.
 */
export const SETTLE_MS = 3_000;

/**
 * Declares exchange, queue, dead letters and bindings of a function; the same again changes nothing. The delivery
 * limit is only a net: tries are counted here, and what is given up is parked by a confirmed publish.
 * @throws Error when something of the same name is there with other settings.
 */
export async function declare(
  connection: ChannelModel,
  channel: Channel,
  exchange: string,
  { function: queue, bindings }: Subscription,
  settleMs = SETTLE_MS,
  whenMissing: () => Promise<void> = async () => undefined,
): Promise<void> {
  const isNew = !(await exists(connection, queue)) || !(await exists(connection, deadQueueOf(queue)));
  if (isNew) await whenMissing();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertQueue(deadQueueOf(queue), {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 },
  });
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': 1_000,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': deadQueueOf(queue),
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish', // what at-least-once dead lettering asks for; there is no length limit
    },
  });
  if (isNew) await pause(settleMs);
  for (const binding of bindings) await channel.bindQueue(queue, exchange, binding);
}

/** Asked on a channel of its own: the broker closes it when the answer is no. */
async function exists(connection: ChannelModel, queue: string): Promise<boolean> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.checkQueue(queue);
  } catch (error) {
    if ((error as { code?: number }).code === 404) return false;
    throw error;
  }
  await channel.close();
  return true;
}
