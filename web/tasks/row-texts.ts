import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  assignee: 'Исполнитель',
  fee: 'Плата',
  reward: 'Награда',
  hidden: 'скрыта',
  task: 'Задача',
  'no-active-worker': 'Нет исполнителя, которому можно дать задачу',
  'not-the-assignee': 'Закрыть задачу может только её исполнитель',
  'task-closed': 'Задача уже закрыта',
};

const en: TextsLike<typeof ru> = {
  assignee: 'Assignee',
  fee: 'Fee',
  reward: 'Reward',
  hidden: 'not shown',
  task: 'Task',
  'no-active-worker': 'There is no active worker to give the task to',
  'not-the-assignee': 'Only its assignee closes a task',
  'task-closed': 'The task is closed already',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
