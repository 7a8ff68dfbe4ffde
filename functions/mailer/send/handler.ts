import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { payoutBlockedV1 } from '#contracts/billing/payout-blocked.v1';
import type { EventOf } from '#contracts/event';
import { needed } from '#platform/config';
import { databaseNow } from '#platform/database';
import { defineFunction } from '#platform/define-function';
import { alarm } from '#platform/log';
import { traceIdOf } from '#platform/trace';
import { addLetters, lettersAbout } from '../db/mails.ts';
import { contradictions } from '../domain/order.ts';
import { sendDue } from './send-due.ts';
import { unsentLetters } from './unsent.ts';

const on = [payoutRequestedV1, payoutBlockedV1] as const;

/** «Отправка писем о выплате»: an event is answered as soon as its letter is stored; writing and sending is work. */
export default defineFunction({
  name: 'mailer-send',
  events: {
    on,
    async run({ events, tx, reject, log }) {
      const orders = events.map(orderOf);

      await addLetters(tx, orders, await databaseNow(tx));

      const payoutIds = orders.map(({ payoutId }) => payoutId);
      for (const { eventId } of contradictions(orders, await lettersAbout(tx, payoutIds))) {
        alarm(log, 'fact-content-differs', { eventId });
        reject(eventId, 'there is a letter about this payout with another person, amount or day');
      }
    },
  },
  ready: async (config) => void needed(config.smtpUrl, 'ATES_SMTP_URL'),
  work: sendDue,
  measures: unsentLetters,
});

function orderOf({ id, type, traceparent, data }: EventOf<(typeof on)[number]>) {
  const { payoutId, userId, amountCents, businessDate } = data;
  const kind = type === payoutRequestedV1.type ? ('payout' as const) : ('payout-blocked' as const);
  const reason = 'reason' in data ? data.reason : '';
  const facts = { payoutId, userId, amountCents, businessDate, reason, traceId: traceIdOf(traceparent) };
  return { eventId: id, kind, ...facts };
}
