import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  mine: 'Мои открытые задачи',
  mineSum: 'за закрытие {reward}',
  mineNone: 'Открытых задач нет. Новая появится здесь сама.',
  close: 'Закрыть',
  closeNamed: 'Закрыть: {title}',
  closed: 'Закрыто: «{title}», начислено {reward}.',
  closedMany: 'Закрыто задач: {count}, начислено {reward}.',
  refusedMany: 'Не закрыто: {count}.',
  toAccount: 'Счёт',
  taken: 'Отданы другим за сутки',
  takenTo: 'теперь у исполнителя {name}, с ',
  addTask: 'Добавить задачу',
  addTaskHint:
    'Её получит случайный исполнитель: плата спишется сразу, за закрытие придёт награда. Несколько вставленных строк — несколько задач.',
  addMany: 'Добавить задачи: {count}',
  addingMany: 'Добавлено {done} из {count}',
  title: 'Что сделать',
  jiraId: 'Номер в Jira',
  description: 'Описание',
  add: 'Добавить',
  since: 'Назначена',
  invalid_title: 'До 200 знаков без [ ]: для номера Jira есть своё поле.',
  invalid_jiraId: 'Номер в Jira выглядит так: ABC-123.',
  invalid_description: 'До 5000 знаков.',
};

const en: TextsLike<typeof ru> = {
  mine: 'My open tasks',
  mineSum: '{reward} for closing them',
  mineNone: 'No open tasks. A new one appears here by itself.',
  close: 'Close',
  closeNamed: 'Close: {title}',
  closed: 'Closed: “{title}”, earned {reward}.',
  closedMany: 'Closed {count} tasks, earned {reward}.',
  refusedMany: 'Refused: {count}.',
  toAccount: 'Account',
  taken: 'Given to others within a day',
  takenTo: 'now {name} has it, since ',
  addTask: 'Add a task',
  addTaskHint:
    'A random worker gets it: they are charged its fee at once, and earn its reward for closing it. Several pasted lines are several tasks.',
  addMany: 'Add {count} tasks',
  addingMany: 'Added {done} of {count}',
  title: 'What is to be done',
  jiraId: 'Jira id',
  description: 'Description',
  add: 'Add',
  since: 'Assigned',
  invalid_title: 'One line of up to 200 characters, without [ ]: a Jira id has a field of its own.',
  invalid_jiraId: 'A Jira id looks like ABC-123.',
  invalid_description: 'Up to 5,000 characters.',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
