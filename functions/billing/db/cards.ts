import { eq } from 'drizzle-orm';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import { users } from './schema.ts';

/** The last four digits of a person's card; null: there is none. */
export async function last4Of(db: Reader, userId: string): Promise<string | null> {
  const [user] = await db.select({ last4: users.last4 }).from(users).where(eq(users.id, userId));
  return user?.last4 ?? null;
}

/** Puts a person's card in the place of the one before; until the transaction ends nobody reads the person's card. */
export async function saveCard(
  tx: Transaction,
  card: { id: string; sealedNumber: string; last4: string },
): Promise<void> {
  const changes = ['card_number', 'card_last4', 'status'].map((name) => `${name} = VALUES(${name})`);
  const row = { ...card, status: 'active' as const, version: 1 };
  await insertMany(tx, users, [row], `${changes.join(', ')}, card_version = card_version + 1`);
}
