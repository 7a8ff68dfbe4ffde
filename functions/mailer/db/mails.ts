import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { BusinessDate } from '#platform/business-day';
import { safeInteger } from '#platform/columns';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Settled } from '../domain/delivery.ts';
import { keyOf, type LetterOrder } from '../domain/order.ts';
import { mails } from './schema.ts';

export type MailRow = typeof mails.$inferSelect;

/** A letter that has been written. */
export type WrittenMail = MailRow & Record<'email' | 'subject' | 'message' | 'html' | 'messageId', string>;

/** A run's hold on the letters it sends: until then nobody else takes them. */
export interface Lease {
  readonly id: string;
  readonly until: Date;
}

type Order = LetterOrder & { readonly traceId: string };

/** Adds the letters that are not there yet; where two events order one at once, the second waits here for the first. */
export async function addLetters(tx: Transaction, orders: readonly Order[], now: Date): Promise<void> {
  const due = { copyNo: 1, status: 'pending', attempts: 0, nextTryAt: now, createdAt: now } as const;
  const rows = orders.map(({ eventId: _, businessDate, ...order }) => {
    return { id: uuidv7(), ...order, businessDate: businessDate as BusinessDate, ...due };
  });
  const sorted = rows.map((row) => ({ row, key: keyOf(row) }));
  sorted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)); // one order for all batches
  await insertMany(
    tx,
    mails,
    sorted.map(({ row }) => row),
    'id = id',
  );
}

/** The letters themselves, without copies, about these payouts. */
export function lettersAbout(tx: Transaction, payoutIds: readonly string[]) {
  const { kind, payoutId, userId, amountCents, businessDate, reason, copyNo } = mails;
  return tx
    .select({ kind, payoutId, userId, amountCents, businessDate, reason })
    .from(mails)
    .where(and(inArray(payoutId, [...new Set(payoutIds)]), eq(copyNo, 1)));
}

/** A letter and the number of its next copy, locked together with all its copies. */
export async function lockForCopy(tx: Transaction, id: string): Promise<{ mail: MailRow; copyNo: number } | null> {
  const [mail] = await tx.select().from(mails).where(eq(mails.id, id));
  if (!mail) return null;
  const { payoutId, kind, reason } = mail;
  const family = await tx
    .select({ copyNo: mails.copyNo })
    .from(mails)
    .where(and(eq(mails.payoutId, payoutId), eq(mails.kind, kind), eq(mails.reason, reason)))
    .orderBy(asc(mails.copyNo))
    .for('update');
  return { mail, copyNo: Math.max(...family.map(({ copyNo }) => copyNo)) + 1 };
}

/** A copy of a letter, to be written anew: the address may have been the trouble. */
export async function addCopy(
  tx: Transaction,
  { mail, copyNo }: { mail: MailRow; copyNo: number },
  { now, traceId }: { now: Date; traceId: string },
): Promise<MailRow> {
  const unwritten = { email: null, locale: null, subject: null, message: null, html: null, messageId: null };
  const due = { status: 'pending', attempts: 0, nextTryAt: now, lease: null, lastReply: null, sentAt: null } as const;
  const copy = { ...mail, ...unwritten, ...due, id: uuidv7(), copyNo, copyOf: mail.id, createdAt: now, traceId };
  await insertMany(tx, mails, [copy]);
  return copy;
}

/** Takes the letters that are due, longest due first; what another run is taking is passed over. */
export async function claimDue(tx: Transaction, lease: Lease, now: Date, limit: number): Promise<MailRow[]> {
  const rows = await tx
    .select()
    .from(mails)
    .where(and(eq(mails.status, 'pending'), lte(mails.nextTryAt, now)))
    .orderBy(asc(mails.nextTryAt), asc(mails.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  await hold(tx, rows, lease);
  return rows;
}

/** Keeps what was written, and holds on to the letters that are still this run's: the others are somebody else's by now. */
export async function keepWritten(
  tx: Transaction,
  lease: Lease,
  taken: readonly MailRow[],
  written: readonly WrittenMail[],
): Promise<ReadonlySet<string>> {
  const locked = await lockMails(tx, taken);
  const held = new Set(locked.flatMap((row) => (row.lease === lease.id ? [row.id] : [])));
  const columns = ['email', 'locale', 'subject', 'message', 'html', 'message_id'];
  const rows = written.filter(({ id }) => held.has(id));
  await insertMany(tx, mails, rows, columns.map((column) => `${column} = VALUES(${column})`).join(', '));
  const still = taken.filter(({ id }) => held.has(id));
  await hold(tx, still, lease);
  return held;
}

/**
 * Writes where letters stand after they were tried. What was sent is sent, also if the lease had ended; for anything
 * else the run that has the letter now has the last word.
 */
export async function saveSettled(
  tx: Transaction,
  leaseId: string,
  tried: readonly MailRow[],
  settled: readonly Settled[],
): Promise<void> {
  if (settled.length === 0) return;
  const outcomes = new Map(settled.map((outcome) => [outcome.id, outcome]));
  const own = new Map(tried.map((mail) => [mail.id, mail]));
  const locked = await lockMails(tx, settled);
  const rows = locked.flatMap(({ id, status, lease: holder }) => {
    const outcome = outcomes.get(id) as Settled;
    const counts = holder === leaseId || (outcome.status === 'sent' && status !== 'sent');
    return counts ? [{ ...(own.get(id) as MailRow), ...outcome, lease: null, html: null, message: null }] : [];
  });
  const columns = ['status', 'attempts', 'next_try_at', 'lease', 'last_reply', 'sent_at'];
  await insertMany(tx, mails, rows, columns.map((column) => `${column} = VALUES(${column})`).join(', '));
}

/** Gives back letters that were not tried. */
export async function release(tx: Transaction, leaseId: string, untried: readonly MailRow[], now: Date): Promise<void> {
  if (untried.length === 0) return;
  await tx
    .update(mails)
    .set({ lease: null, nextTryAt: now })
    .where(and(isOne(untried), eq(mails.lease, leaseId)));
}

const isOne = (rows: readonly { id: string }[]) =>
  inArray(
    mails.id,
    rows.map(({ id }) => id),
  );

/** In id order, so that no two runs wait for each other in a circle. */
function lockMails(tx: Transaction, rows: readonly { id: string }[]) {
  const { id, status, lease } = mails;
  return tx.select({ id, status, lease }).from(mails).where(isOne(rows)).orderBy(asc(id)).for('update');
}

async function hold(tx: Transaction, rows: readonly MailRow[], { id, until }: Lease): Promise<void> {
  if (rows.length === 0) return;
  await tx.update(mails).set({ lease: id, nextTryAt: until }).where(isOne(rows));
}

/** How long ago the oldest letter that is not sent was ordered; 0: there is none. */
export async function oldestPendingSeconds(db: Reader): Promise<number> {
  const [rows] = await db.connection.query(
    "SELECT TIMESTAMPDIFF(SECOND, min(created_at), UTC_TIMESTAMP(3)) AS seconds FROM mails WHERE status = 'pending'",
  );
  return safeInteger((rows as { seconds: number | null }[])[0]?.seconds ?? 0);
}
