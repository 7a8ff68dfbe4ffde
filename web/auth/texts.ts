import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  signInDo: 'Войти',
  email: 'Почта',
  password: 'Пароль',
  showPassword: 'Показать пароль',
  hidePassword: 'Скрыть пароль',
  sessionEnded: 'Ваш вход закончился. Войдите снова: вы вернётесь туда, где были.',
  signInHint: 'Один вход для всех разделов.',
  demoTitle: 'Попробовать без пароля',
  demoHint: 'Это демонстрация: выберите, кем войти.',
  role_worker: 'исполнитель',
  role_manager: 'менеджер',
  role_accountant: 'бухгалтер',
  role_executive: 'топ-менеджмент',
  role_admin: 'администратор',
  'sign-in-failed': 'Почта или пароль не подходят',
  'too-many-sign-ins': 'Слишком много неудачных попыток',
};

const en: TextsLike<typeof ru> = {
  signInDo: 'Sign in',
  email: 'E-mail',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  sessionEnded: 'Your session has ended. Sign in again: you will come back to where you were.',
  signInHint: 'One sign-in for every section.',
  demoTitle: 'Try it without a password',
  demoHint: 'This is a demonstration: choose who to sign in as.',
  role_worker: 'worker',
  role_manager: 'manager',
  role_accountant: 'accountant',
  role_executive: 'top management',
  role_admin: 'administrator',
  'sign-in-failed': 'E-mail or password is wrong',
  'too-many-sign-ins': 'Too many failed sign-ins',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
