import { createHash, randomUUID } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import type { EventEnvelope } from '#contracts/event';
import { canonicalJson } from './canonical-json.ts';
import { code, uuid } from './columns.ts';
import type { Transaction } from './database.ts';
import { insertMany } from './insert-many.ts';

/**
 * The events that a function has handled, written in the transaction of their effect: what makes at-least-once
 * delivery count once. A row never expires, since a dead letter may be replayed after years.
 */
export const inbox = mysqlTable(
  'inbox',
  {
    consumer: code('consumer', { length: 60 }).notNull(),
    eventId: uuid('event_id').notNull(),
    /** SHA-256 of the canonical event without its trace: the same id with other content is an alarm. */
    contentHash: code('content_hash', { length: 64 }).notNull(),
    /** Which call wrote the row, so that it can tell its own rows from those that were there. */
    batchId: uuid('batch_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.consumer, table.eventId] })],
);

interface Arrivals<E> {
  /** Handled for the first time now, in the order given. */
  readonly fresh: readonly E[];
  /** Ids that were handled before with another content. */
  readonly forged: readonly string[];
}

/** Writes the ids of all events that are not there yet; a parallel call with the same id waits here for this one. */
export async function enterInbox<E extends EventEnvelope>(
  tx: Transaction,
  consumer: string,
  events: readonly E[],
): Promise<Arrivals<E>> {
  const batchId = randomUUID();
  const hashed = events.map((event) => ({ event, contentHash: contentHash(event) }));
  const entries = new Map<string, { consumer: string; eventId: string; contentHash: string; batchId: string }>();
  for (const { event, contentHash } of hashed) {
    if (!entries.has(event.id)) entries.set(event.id, { consumer, eventId: event.id, contentHash, batchId });
  }
  const ids = [...entries.keys()].sort(); // one order for all: two batches never wait for each other in a circle
  await insertMany(tx, inbox, ids.map((id) => entries.get(id)) as (typeof inbox.$inferInsert)[], 'event_id = event_id');
  const rows = await tx
    .select({ eventId: inbox.eventId, contentHash: inbox.contentHash, batchId: inbox.batchId })
    .from(inbox)
    .where(and(eq(inbox.consumer, consumer), inArray(inbox.eventId, ids)));
  const stored = new Map(rows.map((row) => [row.eventId, row]));

  const fresh: E[] = [];
  const forged: string[] = [];
  for (const { event, contentHash } of hashed) {
    const row = stored.get(event.id);
    if (!row) throw new Error('an inbox row that was just written is not there');
    if (row.contentHash !== contentHash) forged.push(event.id);
    else if (row.batchId === batchId && entries.delete(event.id)) fresh.push(event); // a repeat in the batch is none
  }
  return { fresh, forged };
}

/** Takes back the ids of events that turned out not to be handled: a later replay must find them new. */
export async function leaveInbox(tx: Transaction, consumer: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.delete(inbox).where(and(eq(inbox.consumer, consumer), inArray(inbox.eventId, [...ids])));
}

/** The trace is left out: it says how an event came here, not what happened. */
const contentHash = ({ traceparent: _trace, ...content }: EventEnvelope): string =>
  createHash('sha256').update(canonicalJson(content)).digest('hex');
