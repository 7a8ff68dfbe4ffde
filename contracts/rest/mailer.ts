import Type, { type Static } from 'typebox';
import { Exactly, Instant, Nullable, OneOf, Uuid } from '../fields.ts';

const MailKind = OneOf('payout', 'payout-blocked');

export const MailStatus = OneOf('pending', 'sent', 'failed');
export type MailStatus = Static<typeof MailStatus>;

/** A letter about a payout. Until it is written, which needs Auth, its e-mail, subject and message are null. */
export const Mail = Exactly({
  id: Uuid,
  kind: MailKind,
  userId: Uuid,
  email: Nullable(Type.String()),
  subject: Nullable(Type.String()),
  /** The text. */
  message: Nullable(Type.String()),
  status: MailStatus,
  attempts: Type.Integer({ minimum: 0 }),
  createdAt: Instant,
  sentAt: Nullable(Instant),
  payoutId: Uuid,
  /** The letter that this one sends again. */
  copyOf: Nullable(Uuid),
});
export type Mail = Static<typeof Mail>;

export const Mails = Exactly({
  /** Of the company's days, which `day` asks for. */
  timeZone: Type.String(),
  items: Type.Array(Mail),
  nextCursor: Nullable(Type.String()),
});
export type Mails = Static<typeof Mails>;

export const MailWithHtml = Exactly({ ...Mail.properties, html: Nullable(Type.String()) });
export type MailWithHtml = Static<typeof MailWithHtml>;
