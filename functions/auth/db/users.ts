import { and, asc, eq, inArray, or, sql } from 'drizzle-orm';
import type { Role } from '#contracts/rest/auth';
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

interface UserFilter {
  readonly role?: Role | undefined;
  readonly status?: UserRow['status'] | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly onlyActive: boolean;
  /** A part of the name or, where the reader may see it, of the e-mail. */
  readonly q?: string | undefined;
  readonly mayFindEmail: boolean;
}

/** Users by name, behind the key of the last one that the reader has. */
export function usersByName(
  db: Reader,
  { role, status, ids, onlyActive, q, mayFindEmail }: UserFilter,
  after: { name: string; id: string } | null,
  limit: number,
): Promise<UserRow[]> {
  const part = q === undefined ? undefined : sql`concat('%', ${likeText(q)}, '%')`;
  return db
    .select()
    .from(users)
    .where(
      and(
        role && eq(users.role, role),
        status && eq(users.status, status),
        onlyActive ? eq(users.status, 'active') : undefined,
        ids && inArray(users.id, [...ids]),
        part && or(sql`${users.name} LIKE ${part}`, mayFindEmail ? sql`${users.email} LIKE ${part}` : undefined),
        after ? sql`(${users.name}, ${users.id}) > (${after.name}, ${after.id})` : undefined,
      ),
    )
    .orderBy(asc(users.name), asc(users.id))
    .limit(limit);
}

/** What LIKE would take for a wildcard stands for itself. */
const likeText = (text: string): string => text.normalize('NFC').replace(/[\\%_]/g, '\\$&');

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
