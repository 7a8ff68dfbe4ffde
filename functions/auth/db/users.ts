import { and, asc, eq, or } from 'drizzle-orm';
import type { Reader, Transaction } from '#platform/database';
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

/** Locks a user and every active admin, in id order: two admins who demote each other at once meet here. */
export async function lockUserAndAdmins(
  tx: Transaction,
  id: string,
): Promise<{ user: UserRow | null; admins: number }> {
  const isAdmin = and(eq(users.role, 'admin'), eq(users.status, 'active'));
  const rows = await tx
    .select()
    .from(users)
    .where(or(eq(users.id, id), isAdmin))
    .orderBy(asc(users.id))
    .for('update');
  const admins = rows.filter(({ role, status }) => role === 'admin' && status === 'active').length;
  return { user: rows.find((row) => row.id === id) ?? null, admins };
}

/** False: somebody has the e-mail, however it is typed. */
export async function insertUser(tx: Transaction, user: typeof users.$inferInsert): Promise<boolean> {
  const taken = await userByEmail(tx, user.email);
  if (taken) return false;
  await tx.insert(users).values(user); // of two at once the second finds a duplicate key, is run again, and looks
  return true;
}

export async function updateUser(tx: Transaction, id: string, changes: Partial<UserRow>): Promise<void> {
  await tx.update(users).set(changes).where(eq(users.id, id));
}
