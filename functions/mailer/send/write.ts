import type { Config } from '#platform/config';
import type { MailRow, WrittenMail } from '../db/mails.ts';
import type { Outcome } from '../domain/delivery.ts';
import { letterOf } from '../domain/letter.ts';
import { messageIdOf } from '../domain/message-id.ts';
import { addressOf } from './address.ts';
import { senderOf } from './mail-server.ts';
import type { Readers } from './readers.ts';

/** A letter that can go out, or why it cannot. */
export type Prepared =
  | { readonly mail: WrittenMail; readonly address: string; readonly isNew: boolean }
  | { readonly mail: MailRow; readonly outcome: Outcome };

/** Writes a letter to whom Auth names; one that is written stays as it is, whatever has changed since. */
export function prepare(mail: MailRow, readers: Readers | null, config: Config): Prepared {
  const kept = addressOf(mail.email);
  if (kept) return { mail: mail as WrittenMail, address: kept, isNew: false };
  if (!readers) return { mail, outcome: { is: 'waiting', reply: 'auth-api does not answer' } };

  const reader = readers.get(mail.userId);
  const address = addressOf(reader?.email);
  if (!reader?.email || !address) {
    const reply = reader ? 'the e-mail of this person cannot be sent to' : 'Auth knows nobody of this id';
    return { mail, outcome: { is: 'unaddressed', reply } };
  }
  const { name, email, locale = 'ru' } = reader;
  const payoutsUrl = config.publicUrl && new URL('/billing/', config.publicUrl).href;
  const { subject, text, html } = letterOf({ ...mail, name, locale, payoutsUrl });
  const messageId = messageIdOf(mail, senderOf(config).domain);
  return { mail: { ...mail, email, locale, subject, message: text, html, messageId }, address, isNew: true };
}
