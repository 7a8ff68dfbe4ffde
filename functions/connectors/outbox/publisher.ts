import type { ConfirmChannel, Message } from 'amqplib';
import type { Log } from '#platform/log';
import { spanInEach } from '#platform/telemetry';

export interface OutboxRow {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly envelope: string;
  readonly attempts: number;
}

/** `returned`: no queue takes it. `refused`: the broker said no. In both cases it is not sent. */
export type Outcome = 'confirmed' | 'returned' | 'refused';

/**
 * Publishes rows with all confirms in flight; resolves with what became of each.
 * @throws Error when confirms are missing after a while (a disk alarm gives neither yes nor no) or the channel closes: it
 *   is unknown then whether they were sent, the rows stay, and the same ids are sent again over another channel.
 */
export type Publish = (rows: readonly OutboxRow[]) => Promise<Map<string, Outcome>>;

const CONFIRM_TIMEOUT_MS = 5_000;
/** amqplib's error for a broker that says no (its lib/channel.js); any other is no answer. */
const NO = 'message nacked';

export function publisher(channel: ConfirmChannel, exchange: string, log: Log): Publish {
  const returned = new Set<string>();
  // The broker returns a message before it confirms it.
  channel.on('return', (message: Message) => returned.add(String(message.properties.messageId)));
  channel.on('error', (error: Error) => log.warn({ err: error }, 'publishing channel failed'));

  return (rows) =>
    new Promise((resolve, reject) => {
      const outcomes = new Map<string, Outcome>();
      const giveUp = () => {
        clearTimeout(timer);
        reject(new Error(`${rows.length - outcomes.size} of ${rows.length} confirms are missing`));
      };
      const timer = setTimeout(giveUp, CONFIRM_TIMEOUT_MS);
      const events = rows.map(({ id, type, envelope }) => {
        const { traceparent } = JSON.parse(envelope) as { traceparent: string };
        return { id, type, traceparent };
      });
      const endSpans = spanInEach('publish', 'producer', events);
      rows.forEach((row, index) => {
        const traceparent = events[index]?.traceparent;
        const options = {
          persistent: true,
          mandatory: true,
          messageId: row.id,
          contentType: 'application/cloudevents+json',
          headers: { traceparent },
        };
        channel.publish(exchange, row.type, Buffer.from(row.envelope), options, (error) => {
          if (error && error.message !== NO) return giveUp();
          outcomes.set(row.id, error ? 'refused' : returned.delete(row.id) ? 'returned' : 'confirmed');
          if (outcomes.size < rows.length) return;
          clearTimeout(timer);
          endSpans();
          resolve(outcomes);
        });
      });
    });
}
