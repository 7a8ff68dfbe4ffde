import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  worker: 'Исполнитель',
  balance: 'Баланс',
  earned: 'Начислено сегодня',
  charged: 'Списано сегодня',
  none: 'Движений по счетам ещё не было.',
  rowsOf: 'Операции: {name}',
  sum_fee: 'Списания дня',
  sum_reward: 'Начисления дня',
  sum_payout: 'Выплаты дня',
  sum_profit: 'Доход дня',
  everybody: 'Показать операции всех',
};

const en: TextsLike<typeof ru> = {
  worker: 'Worker',
  balance: 'Balance',
  earned: 'Earned today',
  charged: 'Charged today',
  none: 'There were no transactions yet.',
  rowsOf: 'Transactions: {name}',
  sum_fee: 'Fees of the day',
  sum_reward: 'Rewards of the day',
  sum_payout: 'Payouts of the day',
  sum_profit: 'Profit of the day',
  everybody: "Show everybody's transactions",
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
