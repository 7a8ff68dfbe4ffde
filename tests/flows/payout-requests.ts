import { randomUUID } from 'node:crypto';
import { type ChannelModel, connect } from 'amqplib';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { exampleOf } from '#platform/testing/service-under-test';
import { Visitor } from './visitor.ts';

export interface Requested {
  readonly payoutId: string;
  readonly userId: string;
  readonly amountCents: number;
  readonly businessDate: string;
}

/**
 * Asks Billing for payouts as Accounts does when it closes a day. Billing's own queue gets them: to the other services
 * these days were never closed.
 */
export async function requestPayouts(wanted: readonly Omit<Requested, 'payoutId'>[]): Promise<Requested[]> {
  const connection: ChannelModel = await connect(Visitor.run().amqpUrl);
  try {
    const channel = await connection.createConfirmChannel();
    const events = wanted.map((facts) => exampleOf(payoutRequestedV1, { payoutId: randomUUID(), ...facts }));
    for (const event of events) {
      const options = { persistent: true, messageId: event.id, contentType: 'application/cloudevents+json' };
      channel.sendToQueue('billing-pay-out', Buffer.from(JSON.stringify(event)), options);
    }
    await channel.waitForConfirms();
    return events.map(({ data }) => data);
  } finally {
    await connection.close();
  }
}

/** What the bank has executed for these payouts. */
export async function executedFor(payouts: readonly Requested[]): Promise<{ key: string; amountCents: number }[]> {
  const ids = new Set(payouts.map(({ payoutId }) => payoutId));
  const journal = (await (await fetch(`${Visitor.run().bankUrl}/journal`)).json()) as {
    key: string;
    amountCents: number;
  }[];
  return journal.filter(({ key }) => ids.has(key.split(':')[0] as string));
}
