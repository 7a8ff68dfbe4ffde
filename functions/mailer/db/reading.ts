import { and, desc, eq, getTableColumns, inArray, lt, or } from 'drizzle-orm';
import type { MailStatus } from '#contracts/rest/mailer';
import type { BusinessDate } from '#platform/business-day';
import type { Reader } from '#platform/database';
import type { MailRow } from './mails.ts';
import { mails } from './schema.ts';

export interface MailFilter {
  /** The only person whose letters the reader may see. */
  readonly ownerId?: string;
  readonly userId?: string;
  readonly status?: MailStatus;
  /** The payout's business day. */
  readonly day?: BusinessDate;
  readonly payoutIds?: readonly string[];
}

/** A list is not the place for a letter's HTML. */
const { html: _html, ...listed } = getTableColumns(mails);

/** Newest created first, behind the key of the last one that the reader has. */
export function listMails(
  db: Reader,
  { ownerId, userId, status, day, payoutIds }: MailFilter,
  after: { createdAt: Date; id: string } | null,
  limit: number,
): Promise<Omit<MailRow, 'html'>[]> {
  return db
    .select(listed)
    .from(mails)
    .where(
      and(
        ownerId === undefined ? undefined : eq(mails.userId, ownerId),
        userId === undefined ? undefined : eq(mails.userId, userId),
        status && eq(mails.status, status),
        day && eq(mails.businessDate, day),
        payoutIds && inArray(mails.payoutId, [...payoutIds]),
        after
          ? or(lt(mails.createdAt, after.createdAt), and(eq(mails.createdAt, after.createdAt), lt(mails.id, after.id)))
          : undefined,
      ),
    )
    .orderBy(desc(mails.createdAt), desc(mails.id))
    .limit(limit);
}

export async function mailById(db: Reader, id: string): Promise<MailRow | null> {
  const [mail] = await db.select().from(mails).where(eq(mails.id, id));
  return mail ?? null;
}
