import { eq } from 'drizzle-orm';
import type { Reader } from '#platform/database';
import { users } from './schema.ts';

export type UserRow = typeof users.$inferSelect;

export async function userByEmail(db: Reader, email: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.email, email));
  return row ?? null;
}

export async function userById(db: Reader, id: string): Promise<UserRow | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id));
  return row ?? null;
}
