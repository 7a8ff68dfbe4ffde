/** Every text of the pages, in both languages: one that is missing in one of them does not compile. */

const ru = {
  skip: 'К содержанию',
  sections: 'Разделы',
  tasks: 'Задачи',
  account: 'Мой счёт',
  signIn: 'Вход',
  signInDo: 'Войти',
  signOut: 'Выйти',
  email: 'Почта',
  password: 'Пароль',
  showPassword: 'Показать пароль',
  hidePassword: 'Скрыть пароль',
  signInHint: 'Один вход для всех разделов.',
  demoTitle: 'Попробовать без пароля',
  demoHint: 'Это демонстрация: выберите, кем войти.',
  tryAgainIn: 'Попробуйте снова через {seconds} с',
  role_worker: 'исполнитель',
  role_manager: 'менеджер',
  role_accountant: 'бухгалтер',
  role_executive: 'топ-менеджмент',
  role_admin: 'администратор',
  addTask: 'Добавить задачу',
  addTaskHint: 'Задача сразу достаётся случайному исполнителю: с него спишется плата, за закрытие начислится награда.',
  title: 'Что сделать',
  jiraId: 'Номер в Jira',
  description: 'Описание',
  withDescription: 'Описание (необязательно)',
  add: 'Добавить',
  addedNow: 'Добавлено сейчас',
  addedNone: 'Здесь появятся задачи, которые вы добавите. Введите название и нажмите Enter.',
  assignee: 'Исполнитель',
  fee: 'Плата',
  reward: 'Награда',
  hidden: 'не видно',
  task: 'Задача',
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
  clearFilters: 'Сбросить фильтры',
  when: 'Когда',
  kind: 'Вид',
  sum: 'Сумма',
  balanceAfter: 'Баланс после',
  day: 'День',
  allKinds: 'все',
  kind_fee: 'списание',
  kind_reward: 'начисление',
  kind_payout: 'выплата',
  more: 'Ещё 50',
  csv: 'Скачать CSV',
  live: 'обновляется',
  staleSince: 'нет связи, данные на {time}',
  retry: 'Повторить',
  code: 'Код для поддержки: {traceId}',
  offline: 'Нет связи с сервером',
  loading: 'Загружается',
  language: 'Language: English',
  theme: 'Тема',
  theme_auto: 'Тема: как в системе',
  theme_light: 'Тема: светлая',
  theme_dark: 'Тема: тёмная',
  optional: 'необязательно',
};

const en: { readonly [K in keyof typeof ru]: string } = {
  skip: 'Skip to content',
  sections: 'Sections',
  tasks: 'Tasks',
  account: 'My account',
  signIn: 'Sign in',
  signInDo: 'Sign in',
  signOut: 'Sign out',
  email: 'E-mail',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  signInHint: 'One sign-in for every section.',
  demoTitle: 'Try it without a password',
  demoHint: 'This is a demonstration: choose who to sign in as.',
  tryAgainIn: 'Try again in {seconds} s',
  role_worker: 'worker',
  role_manager: 'manager',
  role_accountant: 'accountant',
  role_executive: 'top management',
  role_admin: 'administrator',
  addTask: 'Add a task',
  addTaskHint:
    'A task goes to a random worker at once: they are charged its fee, and earn its reward when they close it.',
  title: 'What is to be done',
  jiraId: 'Jira id',
  description: 'Description',
  withDescription: 'Description (optional)',
  add: 'Add',
  addedNow: 'Added just now',
  addedNone: 'The tasks that you add will appear here. Type a title and press Enter.',
  assignee: 'Assignee',
  fee: 'Fee',
  reward: 'Reward',
  hidden: 'not shown',
  task: 'Task',
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
  clearFilters: 'Clear the filters',
  when: 'When',
  kind: 'Kind',
  sum: 'Amount',
  balanceAfter: 'Balance after',
  day: 'Day',
  allKinds: 'all',
  kind_fee: 'fee',
  kind_reward: 'reward',
  kind_payout: 'payout',
  more: '50 more',
  csv: 'Download CSV',
  live: 'live',
  staleSince: 'reconnecting, data as of {time}',
  retry: 'Try again',
  code: 'Code for support: {traceId}',
  offline: 'The server cannot be reached',
  loading: 'Loading',
  language: 'Язык: русский',
  theme: 'Theme',
  theme_auto: 'Theme: as the system',
  theme_light: 'Theme: light',
  theme_dark: 'Theme: dark',
  optional: 'optional',
};

export type TextKey = keyof typeof ru;
export type Language = 'ru' | 'en';

const cookie = (name: string) => new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];

/** What the reader chose, else what the browser asks for. */
export const language: Language =
  (cookie('lang') as Language | undefined) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en');

const texts = language === 'ru' ? ru : en;

/** A text with its `{blanks}` filled in. */
export const t = (key: TextKey, values: Readonly<Record<string, string | number>> = {}): string =>
  texts[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

/** Kept for a year, for every page; a choice of the reader and no secret. */
export function keepChoice(name: 'lang' | 'theme', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we serve.
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

export const choice = cookie;
