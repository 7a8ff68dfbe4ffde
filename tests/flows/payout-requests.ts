import { randomUUID } from 'node:crypto';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { exampleOf } from '#platform/testing/service-under-test';
import type { Transfer } from '../../sandbox/bank/journal.ts';
import { sendTo } from './broker.ts';
import { Visitor } from './visitor.ts';

export interface Requested {
  readonly payoutId: string;
  readonly userId: string;
  readonly amountCents: number;
  readonly businessDate: string;
}

/** Asks Billing for payouts as Accounts does when it closes a day. */
export async function requestPayouts(wanted: readonly Omit<Requested, 'payoutId'>[]): Promise<Requested[]> {
  const events = wanted.map((facts) => exampleOf(payoutRequestedV1, { payoutId: randomUUID(), ...facts }));
  await sendTo('billing-pay-out', events);
  return events.map(({ data }) => data);
}

/** What the bank has executed for these payouts. */
export async function executedFor(payouts: readonly Requested[]): Promise<Transfer[]> {
  const ids = new Set(payouts.map(({ payoutId }) => payoutId));
  const response = await fetch(`${Visitor.run().bankUrl}/journal`);
  const journal = (await response.json()) as Transfer[];
  return journal.filter(({ key }) => ids.has(key.split(':')[0] as string));
}
