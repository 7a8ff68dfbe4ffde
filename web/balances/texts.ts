import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  worker: 'Исполнитель',
  balance: 'Баланс',
  earned: 'Начислено сегодня',
  charged: 'Списано сегодня',
  none: 'Движений по счетам ещё не было.',
  rowsOf: 'Операции: {name}',
  everybody: 'Показать операции всех',
};

const en: TextsLike<typeof ru> = {
  worker: 'Worker',
  balance: 'Balance',
  earned: 'Earned today',
  charged: 'Charged today',
  none: 'There were no transactions yet.',
  rowsOf: 'Transactions: {name}',
  everybody: "Show everybody's transactions",
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
