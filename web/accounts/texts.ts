import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  balance: 'Баланс',
  today: 'Сегодня, {date}',
  zone: 'дни по времени {zone}',
  earnedToday: 'Начислено',
  chargedToday: 'Списано',
  statement: 'Операции по счёту',
  statementNone: 'Операций нет.',
  statementNoneHint:
    'Они появятся, когда вам достанется задача: за назначение спишется плата, за закрытие начислится награда.',
  statementNoneFiltered: 'С такими фильтрами операций нет.',
  when: 'Когда',
  who: 'Исполнитель',
  kind: 'Вид',
  sum: 'Сумма',
  balanceAfter: 'Баланс после',
  day: 'День',
  allKinds: 'все',
  kind_fee: 'списание',
  kind_reward: 'начисление',
  kind_payout: 'выплата',
  task: 'Задача',
};

const en: TextsLike<typeof ru> = {
  balance: 'Balance',
  today: 'Today, {date}',
  zone: 'days in {zone} time',
  earnedToday: 'Earned',
  chargedToday: 'Charged',
  statement: 'Statement',
  statementNone: 'No transactions yet.',
  statementNoneHint:
    'They will appear when you are given a task: being assigned costs its fee, closing it earns its reward.',
  statementNoneFiltered: 'No transactions match these filters.',
  when: 'When',
  who: 'Worker',
  kind: 'Kind',
  sum: 'Amount',
  balanceAfter: 'Balance after',
  day: 'Day',
  allKinds: 'all',
  kind_fee: 'fee',
  kind_reward: 'reward',
  kind_payout: 'payout',
  task: 'Task',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
