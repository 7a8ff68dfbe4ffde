import { dictionary, explain, type TextsLike } from '../ui/texts.ts';

const ru = {
  more: 'Ещё 50',
  assignee: 'Исполнитель',
  fee: 'Плата',
  reward: 'Награда',
  hidden: 'не видно',
  task: 'Задача',
};

const en: TextsLike<typeof ru> = {
  more: '50 more',
  assignee: 'Assignee',
  fee: 'Fee',
  reward: 'Reward',
  hidden: 'not shown',
  task: 'Task',
};

export const t = /* @__PURE__ */ dictionary(LANGUAGE === 'ru' ? ru : en);

explain(
  LANGUAGE === 'ru'
    ? {
        'no-active-worker': 'Нет исполнителя, которому можно дать задачу',
        'not-the-assignee': 'Закрыть задачу может только её исполнитель',
        'task-closed': 'Задача уже закрыта',
      }
    : {
        'no-active-worker': 'There is no active worker to give the task to',
        'not-the-assignee': 'Only its assignee closes a task',
        'task-closed': 'The task is closed already',
      },
);
