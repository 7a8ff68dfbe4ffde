import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase, type Transaction } from './database.ts';
import { lossyWay } from './testing/lossy-way.ts';
import { serviceUnderTest } from './testing/service-under-test.ts';

const accounts = serviceUnderTest('accounts');
const way = lossyWay(() => accounts.databaseUrl());
let database: Database;
/** One connection: whoever comes next gets the one of before. */
const open = (url: URL) => openDatabase(url, url.username, 1);
beforeAll(async () => {
  database = open(accounts.databaseUrl());
  await database.read((db) => db.connection.query('SELECT 1')); // connecting is no part of what is timed below
});
afterAll(() => database.close());
beforeEach(() => accounts.rows('DELETE FROM accounts'));

const insert = (tx: Transaction) =>
  tx.connection.query('INSERT INTO accounts (user_id, seq, balance) VALUES (?, 0, 0)', [randomUUID()]);
const rowCount = async () => (await accounts.rows('SELECT count(*) AS n FROM accounts'))[0].n;
const within = (ms: number) => ({ deadline: performance.now() + ms });

it.each<[string, (tx: Transaction) => Promise<unknown>]>([
  [
    'in the middle',
    async (tx: Transaction) =>
      insert(tx)
        .then(() => pause(200))
        .then(() => insert(tx)),
  ],
  ['before COMMIT', async (tx: Transaction) => insert(tx).then(() => pause(200))],
])(
  'a transaction whose time is over %s leaves nothing that the next one on its connection could commit',
  async (_, work) => {
    await expect(database.transaction(work, within(100))).rejects.toMatchObject({ code: 'temporarily-unavailable' });
    await database.transaction(async (tx) => void (await tx.connection.query('SELECT 1')));
    expect(await rowCount()).toBe(0);
    await database.transaction(async (tx) => void (await insert(tx)));
    expect(await rowCount()).toBe(1);
  },
);

it('a transaction that is refused leaves its connection as it was', async () => {
  const id = async () =>
    database.read(
      async (db) => ((await db.connection.query('SELECT CONNECTION_ID() AS id'))[0] as { id: number }[])[0]?.id,
    );
  const before = await id();
  await expect(
    database.transaction(async (tx) => {
      await insert(tx);
      throw new Error('refused');
    }),
  ).rejects.toThrow('refused');
  expect(await id()).toBe(before);
  expect(await rowCount()).toBe(0);
});

it.each([
  ['a connection is new', 'SET SESSION'],
  ['a transaction begins', 'START TRANSACTION'],
  ['it is under way', 'INSERT'],
])(
  'a database that swallows everything once %s is given up in time, and taken again when it is back',
  async (_, from) => {
    const through = open(new URL(way.env().ATES_DATABASE_URL));
    way.swallow(from);
    const outcome = through.transaction(async (tx) => void (await insert(tx)), within(1_500));
    await expect(outcome).rejects.toMatchObject({ code: 'temporarily-unavailable' });
    way.swallow(null);
    await expect
      .poll(
        () =>
          through.ping().then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await through.transaction(async (tx) => void (await insert(tx)));
    expect(await rowCount()).toBe(1);
    await through.close();
  },
  15_000,
);
