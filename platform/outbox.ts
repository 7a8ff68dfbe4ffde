import { bigint, index, int, mysqlEnum, mysqlTable } from 'drizzle-orm/mysql-core';
import type { Static } from 'typebox';
import { v7 as uuidv7 } from 'uuid';
import { dataSchemaOf, type EventContract, type EventEnvelope, MAX_EVENT_BYTES } from '#contracts/event';
import { code, instant, longText, uuid } from './columns.ts';
import type { Transaction } from './database.ts';
import { insertMany } from './insert-many.ts';
import { traceparent } from './trace.ts';

/**
 * Events that a service has to tell. A function adds a row in the transaction of its change; the outbox connector
 * sends what is `pending` in the order of `seq` and marks it `sent` once the broker has confirmed it. Rows that wait
 * are a broker that is away; a row that no queue takes stays pending and is tried again later and later (`try_after`);
 * `parked` is a row that can never be sent. Sent rows are kept 7 days, so that they can be sent again.
 */
export const outbox = mysqlTable(
  'outbox',
  {
    seq: bigint('seq', { mode: 'number', unsigned: true }).autoincrement().primaryKey(),
    id: uuid('id').notNull().unique('one_row_per_event'),
    type: code('type', { length: 100 }).notNull(),
    /** The whole event as it is published, byte by byte. */
    envelope: longText('envelope').notNull(),
    createdAt: instant('created_at').notNull(),
    tryAfter: instant('try_after').notNull(),
    sentAt: instant('sent_at'),
    attempts: int('attempts').notNull().default(0),
    state: mysqlEnum('state', ['pending', 'sent', 'parked']).notNull().default('pending'),
  },
  (table) => [
    index('next_to_send').on(table.state, table.tryAfter, table.seq),
    index('old_sent_rows').on(table.state, table.sentAt),
  ],
);

/** Says something to the other services, if and only if the transaction commits. */
export type Tell = <C extends EventContract>(
  contract: C,
  event: { subject: string; at: Date; data: Static<C['data']> },
) => void;

/** Collects what an operation tells; `save` writes it as one insert, last before the commit. */
export function collectEvents(): { tell: Tell; save(tx: Transaction): Promise<boolean> } {
  const rows: (typeof outbox.$inferInsert)[] = [];
  return {
    tell(contract, { subject, at, data }) {
      const event: EventEnvelope = {
        specversion: '1.0',
        id: uuidv7(),
        source: contract.source,
        type: contract.type,
        time: at.toISOString(),
        subject,
        datacontenttype: 'application/json',
        dataschema: dataSchemaOf(contract.type),
        traceparent: traceparent(),
        data,
      };
      const problem = contract.problemWith(event);
      if (problem) throw new Error(`${contract.type} would break its schema: ${problem}`);
      const envelope = JSON.stringify(event);
      if (Buffer.byteLength(envelope) > MAX_EVENT_BYTES) throw new Error(`${contract.type} is too large`);
      rows.push({ id: event.id, type: event.type, envelope, createdAt: at, tryAfter: at });
    },
    async save(tx) {
      await insertMany(tx, outbox, rows);
      return rows.length > 0;
    },
  };
}
