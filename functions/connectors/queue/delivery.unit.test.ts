import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from 'amqplib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_EVENT_BYTES } from '#contracts/event';
import { type Delivery, MAX_BATCH_BYTES, MAX_BATCH_EVENTS, readDelivery, takeBatch } from './delivery.ts';

const sample = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../contracts/tasks/task-assigned.v2.sample.json'), 'utf8'),
) as { id: string };
const messageOf = (content: string | Buffer, messageId?: string) =>
  ({
    content: Buffer.from(content as string),
    fields: { routingKey: 'tasks.x' },
    properties: { messageId },
  }) as Message;
const waiting = (id: string, bytes: number): Delivery => ({
  message: messageOf(''),
  id,
  routingKey: '',
  text: '',
  bytes,
  since: 0,
  occurredAt: 0,
  traceparent: '',
});

it('a call never has more than 500 events, 1 MiB or one id twice, keeps their order, and loses none', () => {
  const deliveries = fc.array(
    fc.record({
      id: fc.nat(5_000).map(String),
      bytes: fc.oneof({ weight: 99, arbitrary: fc.nat(1_000) }, { weight: 1, arbitrary: fc.nat(MAX_EVENT_BYTES + 1) }),
    }),
    { maxLength: 1_200, size: 'max' },
  );
  fc.assert(
    fc.property(deliveries, (drawn) => {
      const queue = drawn.map(({ id, bytes }) => waiting(id, bytes));
      const all = [...queue];
      const taken: Delivery[] = [];
      while (queue.length > 0) {
        const batch = takeBatch(queue);
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(MAX_BATCH_EVENTS);
        expect(new Set(batch.map(({ id }) => id)).size).toBe(batch.length);
        const bytes = 1 + batch.reduce((sum, delivery) => sum + delivery.bytes, 0); // brackets; each has its comma
        if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(MAX_BATCH_BYTES);
        taken.push(...batch);
      }
      expect(new Set(taken)).toEqual(new Set(all));
      expect(taken).toHaveLength(all.length);
    }),
    { numRuns: 50, endOnFailure: true }, // the shrinking of a thousand would take minutes
  );
  const queue = ['a', 'b', 'a', 'c'].map((id) => waiting(id, 10));
  expect(takeBatch(queue).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(queue.map(({ id }) => id)).toEqual(['a']);
});

it('an event is read as it came; its id is the event’s, not the message’s', () => {
  const { delivery, problem } = readDelivery(messageOf(JSON.stringify(sample), 'other'), 7);
  expect(problem).toBeNull();
  expect(delivery).toMatchObject({ id: sample.id, text: JSON.stringify(sample), since: 7, routingKey: 'tasks.x' });
});

it.each([
  ['broken JSON', '{"id":', /no valid JSON/],
  ['no event', '{"hello":1}', /no event/],
  ['a list of events', JSON.stringify([sample]), /no event/],
  ['null', 'null', /no event/],
  ['nothing', '', /no valid JSON/],
  ['a text that is too large', JSON.stringify({ ...sample, more: 'x'.repeat(MAX_EVENT_BYTES) }), /larger than 256 KiB/],
])('%s is told to be such at once', (_, content, reason) => {
  const { delivery, problem } = readDelivery(messageOf(content, 'its-message-id'), 0);
  expect(problem).toMatch(reason);
  expect(delivery.id).toBe('its-message-id');
});

it('nothing in a message makes the reader fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000, size: 'max' }), (bytes) => {
      expect(readDelivery(messageOf(Buffer.from(bytes)), 0).problem).not.toBeNull();
    }),
  );
});

it('bytes that are no UTF-8 are refused as they came: mended they would be another event, and longer', () => {
  const text = JSON.stringify({ ...sample, ours: 'x' });
  const bytes = Buffer.from(text);
  bytes[text.lastIndexOf('x')] = 0xff;
  expect(readDelivery(messageOf(bytes, 'm'), 7)).toMatchObject({ problem: 'no UTF-8', delivery: { id: 'm' } });
});
