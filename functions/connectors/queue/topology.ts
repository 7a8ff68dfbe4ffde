import type { Channel } from 'amqplib';
import type { Subscription } from './subscriptions.ts';

export const deadQueueOf = (queue: string): string => `${queue}.dead`;

/**
 * Declares exchange, queue, dead letters and bindings of a function; the same again changes nothing. The delivery
 * limit is only a net: tries are counted here, and what is given up is parked by a confirmed publish.
 */
export async function declare(
  channel: Channel,
  exchange: string,
  { function: queue, bindings }: Subscription,
): Promise<void> {
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
  for (const binding of bindings) await channel.bindQueue(queue, exchange, binding);
}
