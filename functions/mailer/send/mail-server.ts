import { createTransport } from 'nodemailer';
import { type Config, ConfigError, needed, readSecret } from '#platform/config';
import type { WrittenMail } from '../db/mails.ts';
import type { Outcome } from '../domain/delivery.ts';

/** Connections to the mail server at once; as many letters are under way together. */
export const CONNECTIONS = 20;

/** A letter that takes longer is broken off; whether it was taken is then not known. */
const LETTER_MS = 10_000;
const CONNECT_MS = 3_000;
const ANSWER_MS = 5_000;
/** "Bad sequence of commands" is about the connection, not about the letter. */
const BAD_SEQUENCE = 503;

export interface MailServer {
  /** Sends a letter to `address`, and tells what came of it; `answered`: the server has said something about this letter. */
  send(mail: WrittenMail, address: string): Promise<{ outcome: Outcome; answered: boolean }>;
  close(): void;
}

/** Opens a pool of connections; each is made when it is needed. */
export function openMailServer(config: Config): MailServer {
  const url = needed(config.smtpUrl, 'ATES_SMTP_URL');
  const user = decodeURIComponent(url.username);
  const sender = senderOf(config);
  const transport = createTransport({
    pool: true,
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'smtps:' ? 465 : 25)),
    secure: url.protocol === 'smtps:',
    // A password only travels encrypted.
    ...(user && { auth: { user, pass: readSecret(config, 'smtp-password') }, requireTLS: true }),
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
    maxRequeues: 0, // a lost connection may have delivered: that is ours to judge
    dnsTimeout: CONNECT_MS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send(mail, address) {
      try {
        const { response } = await transport.sendMail({
          envelope: { from: sender.address, to: [address] },
          from: config.mailFrom,
          to: { name: '', address },
          subject: mail.subject,
          text: mail.message,
          html: mail.html,
          messageId: mail.messageId,
          date: mail.createdAt,
          headers: { 'Content-Language': mail.locale ?? 'ru', 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(LETTER_MS),
        });
        return { outcome: { is: 'sent', reply: told(response) }, answered: true };
      } catch (error) {
        return outcomeOf(error as SmtpError);
      }
    },
    close: () => transport.close({ force: true }),
  };
}

/** @throws ConfigError when ATES_MAIL_FROM names no address. */
export function senderOf({ mailFrom }: Config): { address: string; domain: string } {
  const [, address = '', domain = ''] = /^(?:[^<>]*<)?([^\s<>@]+@([^\s<>@]+))>?$/.exec(mailFrom) ?? [];
  if (!address) throw new ConfigError('ATES_MAIL_FROM is no sender: ATES <no-reply@company.com>.');
  return { address, domain };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

function outcomeOf({ code, responseCode, response, message }: SmtpError): { outcome: Outcome; answered: boolean } {
  const reply = told(response || `${code ?? 'error'}: ${message}`);
  const isAboutTheLetter = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (!isAboutTheLetter) return { outcome: { is: 'not-now', reply }, answered: false };
  const forGood = responseCode === undefined || (responseCode >= 500 && responseCode !== BAD_SEQUENCE);
  return { outcome: { is: forGood ? 'refused' : 'not-now', reply }, answered: true };
}

/** What a server says is kept as one short line. */
const told = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, 500);
