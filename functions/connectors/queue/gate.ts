import type { ChannelModel } from 'amqplib';

/**
 * What the outbox publishes reaches the events' exchange only while every function that hears has its queue and its
 * bindings: the broker tells a publisher when no queue takes an event, and not when one of two does. While the gate is
 * closed it returns what comes, and the outbox keeps it.
 */
export class Gate {
  readonly #entry: string;
  readonly #exchange: string;
  readonly #queues: readonly string[];
  readonly #missing = new Set<string>();
  #connection: ChannelModel | null = null;
  /** Openings and closings follow each other. */
  #last: Promise<void> = Promise.resolve();

  /** @param queues that must be there */
  constructor(entry: string, exchange: string, queues: readonly string[]) {
    this.#entry = entry;
    this.#exchange = exchange;
    this.#queues = queues;
  }

  /** From now on by this connection. Nothing is known of the queues yet; what is open stays open until one is missing. */
  use(connection: ChannelModel): void {
    this.#connection = connection;
    for (const queue of this.#queues) this.#missing.add(queue);
  }

  /** A queue is there and bound; with the last one the gate opens. */
  bound(queue: string): Promise<void> {
    this.#missing.delete(queue);
    return this.#turn();
  }

  /** A queue is missing: nothing gets through until it is bound again. */
  missing(queue: string): Promise<void> {
    this.#missing.add(queue);
    return this.#turn({ close: true });
  }

  #turn({ close = false } = {}): Promise<void> {
    const turned = this.#last
      .catch(() => undefined)
      .then(async () => {
        const isOpen = this.#missing.size === 0;
        if (!this.#connection || (!isOpen && !close)) return;
        const channel = await this.#connection.createChannel();
        channel.on('error', () => undefined);
        await channel.assertExchange(this.#entry, 'topic', { durable: true });
        await channel.assertExchange(this.#exchange, 'topic', { durable: true });
        if (isOpen) await channel.bindExchange(this.#exchange, this.#entry, '#');
        else await channel.unbindExchange(this.#exchange, this.#entry, '#');
        await channel.close();
      });
    this.#last = turned;
    return turned;
  }
}
