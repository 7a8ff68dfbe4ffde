import { Uuid } from '#contracts/fields';
import { Mail } from '#contracts/rest/mailer';
import { AppError } from '#platform/errors';
import { command } from '#platform/route';
import { currentTraceId } from '#platform/trace';
import { addCopy, lockForCopy } from '../db/mails.ts';
import { mailView } from '../domain/mail-view.ts';

/**
 * A copy is a new letter about the same payout, with a Message-ID of its own. It is written anew, to the e-mail and in
 * the language that Auth names now: a wrong address is the usual reason to send again. The letter it copies stays as it
 * is, also while it is pending: then both go out.
 */
export const resend = command({
  method: 'POST',
  path: '/api/mailer/mails/{id}/resend',
  summary: 'Send a letter again, as a copy that is written anew.',
  roles: ['admin'],
  params: { id: Uuid },
  answers: { 202: Mail },
  async run({ params, tx, now, goOn }) {
    const original = await lockForCopy(tx, params.id);
    if (!original) throw new AppError('not-found');

    const copy = await addCopy(tx, original, { now: await now(), traceId: currentTraceId() ?? '' });

    goOn('mailer-send');
    return mailView(copy);
  },
});
