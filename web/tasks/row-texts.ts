import { dictionary, type TextsLike } from '../ui/texts.ts';

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
