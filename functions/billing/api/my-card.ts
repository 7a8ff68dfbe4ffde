import { Card, NewCard } from '#contracts/rest/billing';
import { invalid } from '#platform/errors';
import { command, query } from '#platform/route';
import { cipherOf } from '../card-cipher.ts';
import { last4Of, saveCard } from '../db/cards.ts';
import { lockBlocked, savePayouts } from '../db/payouts.ts';
import { cardNumberOf, masked } from '../domain/card-number.ts';
import { release } from '../domain/payout.ts';

export const myCard = query({
  path: '/api/billing/me/card',
  summary: "The reader's own card, masked.",
  roles: 'any',
  answers: { 200: Card },
  async run({ user, db }) {
    const last4 = await last4Of(db, user.id);
    return { cardMasked: last4 && masked(last4), status: last4 ? 'active' : 'none' };
  },
});

/** Payouts that wait for a card go on in the same transaction: none is left behind, and none looks at the old card. */
export const changeMyCard = command({
  method: 'PUT',
  path: '/api/billing/me/card',
  summary: "Set the reader's own card; payouts that are blocked for the card are sent to it.",
  roles: 'any',
  body: NewCard,
  answers: { 200: Card },
  async prepare({ body }) {
    const number = cardNumberOf(body.cardNumber);
    if (!number) throw invalid('/cardNumber', 'is not the number of a card');
    return number;
  },
  async run({ user, prepared: number, config, tx, now, goOn }) {
    const last4 = number.slice(-4);
    await saveCard(tx, { id: user.id, sealedNumber: cipherOf(config).seal(user.id, number), last4 });
    const blocked = await lockBlocked(tx, user.id);

    const at = await now();
    const released = blocked.map((payout) => release(payout, at));

    await savePayouts(tx, released);
    if (released.length > 0) goOn('billing-pay-out');
    return { cardMasked: masked(last4), status: 'active' };
  },
});
