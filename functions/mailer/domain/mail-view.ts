interface MailFacts {
  readonly id: string;
  readonly kind: 'payout' | 'payout-blocked';
  readonly userId: string;
  readonly email: string | null;
  readonly subject: string | null;
  readonly message: string | null;
  readonly status: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly payoutId: string;
  readonly copyOf: string | null;
}

/** Whoever looks after payouts sees everybody's letters; others their own. */
export const seesAllMails = (role: string): boolean => ['accountant', 'admin', 'service'].includes(role);

/** A letter as its readers see it. */
export function mailView(mail: MailFacts) {
  const { id, kind, userId, email, subject, message, status, attempts, payoutId, copyOf } = mail;
  return {
    id,
    kind,
    userId,
    email,
    subject,
    message,
    status,
    attempts,
    createdAt: mail.createdAt.toISOString(),
    sentAt: mail.sentAt?.toISOString() ?? null,
    payoutId,
    copyOf,
  };
}
