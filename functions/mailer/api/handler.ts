import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/mailer.json' with { type: 'json' };
import { getMail, mailHtml } from './get-mail.ts';
import { mailsList } from './list-mails.ts';
import { resend } from './resend.ts';

/** Letters for whoever may see them, and the way to send one again. */
export default defineFunction({
  name: 'mailer-api',
  http: [mailsList, getMail, mailHtml, resend, documentRoute('mailer', openapi)],
});
