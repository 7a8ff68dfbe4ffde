import { inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/mysql2';
import type { Connection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { hashPassword } from '../password.ts';
import { demoUsers } from './demo-users.ts';
import { users } from './schema.ts';

/**
 * Adds the demo users to a system that has no user yet; one that has is left as it is.
 * @returns the ids of the demo users that there are, by e-mail
 */
export async function seedDemoUsers(connection: Connection, password: string): Promise<Map<string, string>> {
  const db = drizzle(connection);
  const [anybody] = await db.select({ id: users.id }).from(users).limit(1);
  if (!anybody) {
    const passwordHash = await hashPassword(password);
    const createdAt = new Date();
    await db.insert(users).values(demoUsers.map((user) => ({ ...user, id: uuidv7(), passwordHash, createdAt })));
  }
  const emails = demoUsers.map(({ email }) => email);
  const found = await db.select({ id: users.id, email: users.email }).from(users).where(inArray(users.email, emails));
  return new Map(found.map(({ id, email }) => [email, id]));
}
