import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { EventEnvelope } from '#contracts/event';
import { Visitor } from './visitor.ts';

const DEADLINE_MS = 30_000;

/**
 * Puts events into one function's queue; resolves when the broker has them all there, which in a new system takes a
 * moment. Nobody else hears of them, so that no other service's books tell of what its neighbours never did.
 */
export async function sendTo(functionName: string, events: readonly EventEnvelope[]): Promise<void> {
  const connection = await connect(Visitor.run().amqpUrl);
  const deadline = Date.now() + DEADLINE_MS;
  try {
    const channel = await connection.createConfirmChannel();
    const returned = new Set<string>();
    channel.on('return', ({ properties }) => returned.add(properties.messageId));
    for (let unsent = events; unsent.length > 0; unsent = unsent.filter(({ id }) => returned.has(id))) {
      if (Date.now() > deadline) throw new Error(`there is no queue ${functionName}`);
      if (returned.size > 0) await pause(200);
      returned.clear();
      for (const event of unsent) {
        channel.sendToQueue(functionName, Buffer.from(JSON.stringify(event)), {
          persistent: true,
          mandatory: true,
          messageId: event.id,
          contentType: 'application/cloudevents+json',
        });
      }
      await channel.waitForConfirms();
    }
  } finally {
    await connection.close();
  }
}
