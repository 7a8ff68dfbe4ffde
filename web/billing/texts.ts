import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  'payout-not-stuck': 'Повторять нечего: выплата не задержана, прошла или уже отправляется',
};

const en: TextsLike<typeof ru> = {
  'payout-not-stuck': 'There is nothing to retry: the payout is not held up, has been paid or is on its way',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
