import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SETTLE_MS } from '../../functions/connectors/queue/topology.ts';
import { System } from '../../local/system.ts';

const ROUNDS = 8;
const MESSAGES = 1_000;

let engines: System;
beforeAll(async () => {
  // A broker of its own, whose data folder gets older with each kill; the database is not needed.
  const env = { ...process.env, ATES_DATABASE_SERVER: 'mysql://nobody@127.0.0.1:9/' };
  engines = new System({ dataDir: '.ates/test-worn-broker', fresh: true, env });
  await engines.startEngines();
});
afterAll(() => engines.stop());

it(`what the broker has confirmed is there after each of ${ROUNDS} kills, on the same data folder`, async () => {
  const recoveries: number[] = [];
  let published = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await withChannel(async (channel) => {
      await channel.assertQueue('worn', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      // A quorum queue's log is lost with a kill in its first second: the connector binds new queues later than that.
      if (round === 1) await pause(SETTLE_MS);
      for (let n = 0; n < MESSAGES; n += 1) {
        channel.sendToQueue('worn', Buffer.from(`${round} ${n}`), { persistent: true, messageId: `${round}-${n}` });
      }
      await channel.waitForConfirms();
      published += MESSAGES;
      await pause(Math.random() * 300); // another moment of the log's writing each time
      engines.parts.get('broker')?.kill();
      await lost(channel);
    });
    const killedAt = performance.now();
    await engines.parts.get('broker')?.start();
    await expect.poll(messageCount, { timeout: 60_000, interval: 250 }).toBe(published);
    recoveries.push(Math.round(performance.now() - killedAt));
  }
  const ids = await drain(published);
  expect(ids.size).toBe(published);
  console.log(`broker back with all ${published} messages after ${recoveries.join(', ')} ms`);
}, 240_000);

async function withChannel<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const connection: ChannelModel = await connect(engines.brokerServer.href, { timeout: 5_000 });
  connection.on('error', () => undefined); // the broker is killed on purpose
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await Promise.race([connection.close().catch(() => undefined), pause(2_000)]);
  }
}

const lost = (channel: ConfirmChannel) => new Promise((resolve) => channel.once('close', resolve));

/** As the broker tells it; -1 while it cannot tell: a quorum queue needs a moment to find its leader. */
async function messageCount(): Promise<number> {
  const told = withChannel(async (channel) => (await channel.checkQueue('worn')).messageCount);
  return Promise.race([told.catch(() => -1), pause(5_000, -1)]);
}

async function drain(expected: number): Promise<Set<string>> {
  return withChannel(async (channel) => {
    const ids = new Set<string>();
    const all = new Promise<void>((resolve) => {
      void channel.consume('worn', (message) => {
        if (!message) return;
        ids.add(String(message.properties.messageId));
        channel.ack(message);
        if (ids.size === expected) resolve();
      });
    });
    await Promise.race([all, pause(30_000)]);
    return ids;
  });
}
