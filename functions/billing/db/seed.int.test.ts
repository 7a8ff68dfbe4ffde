import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serviceUnderTest } from '#platform/testing/service-under-test';
import { CARD_KEYS } from '../bank-under-test.ts';
import { cardCipher } from '../card-cipher.ts';
import { DEMO_CARD_OWNERS, seedDemoCards } from './seed.ts';

const billing = serviceUnderTest('billing');
const cipher = cardCipher(CARD_KEYS['card-encryption-keys']);
let owner: Connection;
beforeAll(async () => {
  const database = billing.databaseUrl('nobody').pathname.slice(1);
  owner = await mysql.createConnection({ uri: new URL(database, process.env.ATES_TEST_DATABASE_SERVER).href });
});
afterAll(() => owner.end());

it('in an empty system the demo workers 1 to 4 get a card once, and nobody loses one by it', async () => {
  expect(DEMO_CARD_OWNERS).toEqual([1, 2, 3, 4].map((n) => `worker${n}@ates.example`));
  const ids = [1, 2, 3, 4].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
  await seedDemoCards(owner, cipher, []); // no demonstration: nothing, and nothing to hinder a later one
  await seedDemoCards(owner, cipher, ids);
  const seeded = await billing.rows('SELECT * FROM users ORDER BY id');
  expect(seeded.map(({ id, card_last4, status, card_version }) => [id, card_last4, status, card_version])).toEqual(
    ids.map((id) => [id, '4242', 'active', 1]),
  );
  for (const { id, card_number } of seeded) expect(cipher.unseal(id, card_number)).toBe('4242424242424242');

  await billing.rows("UPDATE users SET card_last4 = '4444' WHERE id = ?", [ids[0]]);
  await billing.rows('DELETE FROM users WHERE id = ?', [ids[1]]);
  await seedDemoCards(owner, cipher, ids);
  expect((await billing.rows('SELECT card_last4 FROM users ORDER BY id')).map((row) => row.card_last4)).toEqual([
    ...['4444', '4242', '4242'],
  ]);
});
