import { Uuid } from '#contracts/fields';
import { MailWithHtml } from '#contracts/rest/mailer';
import { AppError } from '#platform/errors';
import { query, reply } from '#platform/route';
import type { MailRow } from '../db/mails.ts';
import { mailById } from '../db/reading.ts';
import { mailView, seesAllMails } from '../domain/mail-view.ts';

export const getMail = query({
  path: '/api/mailer/mails/{id}',
  summary: 'One letter with its text and HTML.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: MailWithHtml },
  async run({ params, user, db }) {
    const mail = mayBeSeen(await mailById(db, params.id), user);
    return { ...mailView(mail), html: mail.html };
  },
});

/** Shown in a frame it can neither run a script nor load anything, whatever is in it. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

export const mailHtml = query({
  path: '/api/mailer/mails/{id}/html',
  summary: 'The HTML of a letter as a page of its own, for a preview frame; 404 until it is written.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: null },
  async run({ params, user, db }) {
    const { html } = mayBeSeen(await mailById(db, params.id), user);
    if (html === null) throw new AppError('not-found');
    return reply(200, html, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY });
  },
});

/** Somebody else's letter is as if it were not there. */
function mayBeSeen(mail: MailRow | null, reader: { id: string; role: string }): MailRow {
  if (!mail || (mail.userId !== reader.id && !seesAllMails(reader.role))) throw new AppError('not-found');
  return mail;
}
