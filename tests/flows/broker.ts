import { connect } from 'amqplib';
import type { EventEnvelope } from '#contracts/event';
import { Visitor } from './visitor.ts';

/**
 * Puts events into one function's queue; resolves when the broker has them all. Nobody else hears of them, so that no
 * other service's books tell of what its neighbours never did.
 */
export async function sendTo(functionName: string, events: readonly EventEnvelope[]): Promise<void> {
  const connection = await connect(Visitor.run().amqpUrl);
  try {
    const channel = await connection.createConfirmChannel();
    for (const event of events) {
      channel.sendToQueue(functionName, Buffer.from(JSON.stringify(event)), {
        persistent: true,
        mandatory: true,
        messageId: event.id,
        contentType: 'application/cloudevents+json',
      });
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
