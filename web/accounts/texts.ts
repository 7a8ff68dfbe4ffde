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
  payoutOf: 'за {date}',
  why_fee:
    'Плата за назначение: её цена выбирается один раз, когда задача появляется, и списывается при каждом назначении.',
  why_reward: 'Награда за закрытие задачи: её цена выбирается один раз, когда задача появляется.',
  why_payout: 'При закрытии дня положительный баланс выплачивается целиком; долг переходит на следующий день.',
  ofDay: 'День операции: {date}',
  toPayout: 'К выплате',
  traceOf: 'Код для поддержки: {traceId}',
  eventOf: 'Событие: {eventId}',
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
  payoutOf: 'for {date}',
  why_fee: 'The fee of an assignment: drawn once when the task is added, and charged with each assignment.',
  why_reward: 'The reward for closing the task: drawn once when the task is added.',
  why_payout: 'When a day is closed, a positive balance is paid out in full; a debt carries over to the next day.',
  ofDay: 'It belongs to {date}.',
  toPayout: 'To the payout',
  traceOf: 'Code for support: {traceId}',
  eventOf: 'Event: {eventId}',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
