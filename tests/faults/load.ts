import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import mysql, { type Connection } from 'mysql2/promise';
import { expect } from 'vitest';
import { Visitor } from '../flows/visitor.ts';

/** People who use the system while something is done to it, and what became of each of their commands. */

const PEOPLE = 12;
const MANAGERS = 4;

/** What became of a command: its task, or nothing that could be told. */
export interface Sent {
  readonly key: string;
  readonly taskId: string | null;
}

/** Adds tasks from several people at once until told to stop; whoever gets no clear answer repeats with the same key. */
export async function load(): Promise<{ stop(): Promise<Sent[]> }> {
  const managers = await Promise.all(Array.from({ length: MANAGERS }, () => Visitor.signIn('manager')));
  let going = true;
  const people = Array.from({ length: PEOPLE }, async (_, index) => {
    const sent: Sent[] = [];
    while (going) sent.push(await addOnce(managers[index % managers.length] as Visitor));
    return sent;
  });
  return {
    async stop() {
      going = false;
      return (await Promise.all(people)).flat();
    },
  };
}

/** One task, asked for until there is a clear answer. */
export async function addOnce(manager: Visitor): Promise<Sent> {
  const key = randomUUID();
  const deadline = performance.now() + 40_000;
  while (performance.now() < deadline) {
    const answer = await manager
      .send('POST', '/api/tasks', { title: key }, { 'idempotency-key': key })
      .catch(() => null);
    if (answer?.status === 201) return { key, taskId: answer.body.id };
    if (answer && ![401, 429, 502, 503, 504].includes(answer.status))
      throw new Error(`unexpected ${answer.status}: ${JSON.stringify(answer.body)}`);
    await pause(100); // as a person who presses again
  }
  return { key, taskId: null };
}

/** Resolves when every event that was told has been sent, recorded and counted. */
export async function atRest(): Promise<void> {
  const { databases } = Visitor.run();
  const tasks = await mysql.createConnection({ uri: databases.tasks ?? '' });
  const accounts = await mysql.createConnection({ uri: databases.accounts ?? '' });
  const analytics = await mysql.createConnection({ uri: databases.analytics ?? '' });
  try {
    const one = async (connection: Connection, sql: string) =>
      Number(((await connection.query(sql))[0] as { n: number }[])[0]?.n);
    const counts = async () => {
      const told = await one(tasks, 'SELECT count(*) AS n FROM outbox');
      const sent = await one(tasks, "SELECT count(*) AS n FROM outbox WHERE state = 'sent'");
      const recorded = await one(accounts, "SELECT count(*) AS n FROM transactions WHERE kind <> 'payout'");
      const counted = await one(analytics, "SELECT count(*) AS n FROM facts WHERE kind <> 'payout'");
      return told === sent && sent === recorded && recorded === counted;
    };
    await expect.poll(counts, { timeout: 60_000, interval: 200 }).toBe(true);
  } finally {
    await Promise.all([tasks.end(), accounts.end(), analytics.end()]);
  }
}

/** Every acknowledged command is there once, no other is there twice. */
export async function effectsOf(sent: readonly Sent[]): Promise<void> {
  const tasks = await mysql.createConnection({ uri: Visitor.run().databases.tasks ?? '' });
  try {
    const [rows] = (await tasks.query('SELECT id, title FROM tasks WHERE title IN (?)', [
      sent.map(({ key }) => key),
    ])) as unknown as [{ id: string; title: string }[]];
    const ids = Map.groupBy(rows, (row) => row.title);
    for (const { key, taskId } of sent) {
      const found = (ids.get(key) ?? []).map((row) => row.id);
      expect(found.length).toBeLessThanOrEqual(1);
      if (taskId !== null) expect(found).toEqual([taskId]);
    }
  } finally {
    await tasks.end();
  }
}
