import { drizzle } from 'drizzle-orm/mysql2';
import type { Connection } from 'mysql2/promise';
import type { CardCipher } from '../card-cipher.ts';
import { users } from './schema.ts';

/** The test card of the sandbox bank that pays. */
const DEMO_CARD = '4242424242424242';

/** The demo users who have a card from the beginning; worker 5 shows what is said to whoever has none. */
export const DEMO_CARD_OWNERS = [1, 2, 3, 4].map((n) => `worker${n}@ates.example`);

/** Gives these people a card in a system where nobody has ever had one; any other is left as it is. */
export async function seedDemoCards(
  connection: Connection,
  cipher: CardCipher,
  userIds: readonly string[],
): Promise<void> {
  const db = drizzle(connection);
  const [anybody] = await db.select({ id: users.id }).from(users).limit(1);
  if (anybody || userIds.length === 0) return;
  const card = { last4: DEMO_CARD.slice(-4), status: 'active' as const, version: 1 };
  await db.insert(users).values(userIds.map((id) => ({ ...card, id, sealedNumber: cipher.seal(id, DEMO_CARD) })));
}
