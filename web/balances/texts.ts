import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  worker: 'Исполнитель',
  balance: 'Баланс',
  earned: 'Начислено сегодня',
  charged: 'Списано сегодня',
  none: 'Движений по счетам ещё не было.',
  rowsOf: 'Операции: {name}',
  everybody: 'Показать операции всех',
  'day-not-ended': 'День ещё не закончился',
  'day-in-future': 'Этот день ещё не наступил',
};

const en: TextsLike<typeof ru> = {
  worker: 'Worker',
  balance: 'Balance',
  earned: 'Earned today',
  charged: 'Charged today',
  none: 'There were no transactions yet.',
  rowsOf: 'Transactions: {name}',
  everybody: "Show everybody's transactions",
  'day-not-ended': 'The day has not ended yet',
  'day-in-future': 'That day has not begun yet',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
