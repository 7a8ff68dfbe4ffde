import { dictionary, type TextsLike } from '../ui/texts.ts';

const ru = {
  addTask: 'Добавить задачу',
  addTaskHint: 'Задача сразу достаётся случайному исполнителю: с него спишется плата, за закрытие начислится награда.',
  title: 'Что сделать',
  jiraId: 'Номер в Jira',
  withDescription: 'Описание (необязательно)',
  add: 'Добавить',
  addedNow: 'Добавлено сейчас',
  addedNone: 'Здесь появятся задачи, которые вы добавите. Введите название и нажмите Enter.',
  assignee: 'Исполнитель',
  fee: 'Плата',
  reward: 'Награда',
  hidden: 'не видно',
  task: 'Задача',
  invalid_title: 'Одна строка до 200 знаков, без скобок [ ]: для номера Jira есть своё поле.',
  invalid_jiraId: 'Номер в Jira выглядит так: ABC-123.',
  invalid_description: 'До 5000 знаков.',
};

const en: TextsLike<typeof ru> = {
  addTask: 'Add a task',
  addTaskHint:
    'A task goes to a random worker at once: they are charged its fee, and earn its reward when they close it.',
  title: 'What is to be done',
  jiraId: 'Jira id',
  withDescription: 'Description (optional)',
  add: 'Add',
  addedNow: 'Added just now',
  addedNone: 'The tasks that you add will appear here. Type a title and press Enter.',
  assignee: 'Assignee',
  fee: 'Fee',
  reward: 'Reward',
  hidden: 'not shown',
  task: 'Task',
  invalid_title: 'One line of up to 200 characters, without [ ]: a Jira id has a field of its own.',
  invalid_jiraId: 'A Jira id looks like ABC-123.',
  invalid_description: 'Up to 5,000 characters.',
};

export const t = /* @__PURE__ */ dictionary(LANGUAGE === 'ru' ? ru : en);
