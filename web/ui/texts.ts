/**
 * Texts in both languages: one that is missing in one of them does not compile. Each page has its own beside it, and
 * is built once for each language, so that nobody loads the other's. nginx chooses: what the reader chose (cookie
 * `lang`), else what the browser asks for.
 */
declare global {
  /** Put in by the build. */
  const LANGUAGE: 'ru' | 'en';
}

/** The same texts in another language. */
export type TextsLike<T> = { readonly [K in keyof T]: string };

type Values = Readonly<Record<string, string | number>>;

/** Makes the function that gives a text with its `{blanks}` filled in. */
export const dictionary =
  <T extends Readonly<Record<string, string>>>(texts: TextsLike<T>) =>
  (key: keyof T, values: Values = {}): string =>
    texts[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

const ru = {
  skip: 'К содержанию',
  sections: 'Разделы',
  tasks: 'Задачи',
  allTasks: 'Все задачи',
  account: 'Мой счёт',
  balances: 'Счета',
  users: 'Люди',
  signIn: 'Вход',
  signOut: 'Выйти',
  tryAgainIn: 'Попробуйте снова через {seconds} с',
  live: 'обновляется',
  staleSince: 'нет связи, данные на {time}',
  retry: 'Повторить',
  code: 'Код для поддержки: {traceId}',
  offline: 'Нет связи с сервером',
  loading: 'Загружается',
  theme_auto: 'Тема: как в системе',
  theme_light: 'Тема: светлая',
  theme_dark: 'Тема: тёмная',
  'not-found': 'Здесь ничего нет',
  'too-many-requests': 'Слишком много запросов',
  'temporarily-unavailable': 'Часть системы недоступна, ничего не изменено',
  'outcome-unknown': 'Ответ потерялся. Повторите: дважды это не выполнится',
  'body-too-large': 'Слишком много текста',
  'invalid-content': 'Поля заполнены неверно',
  'role-not-allowed': 'Вашей роли это недоступно',
  'internal-error': 'У нас что-то пошло не так',
};

const en: TextsLike<typeof ru> = {
  skip: 'Skip to content',
  sections: 'Sections',
  tasks: 'Tasks',
  allTasks: 'All tasks',
  account: 'My account',
  balances: 'Balances',
  users: 'Users',
  signIn: 'Sign in',
  signOut: 'Sign out',
  tryAgainIn: 'Try again in {seconds} s',
  live: 'live',
  staleSince: 'reconnecting, data as of {time}',
  retry: 'Try again',
  code: 'Code for support: {traceId}',
  offline: 'The server cannot be reached',
  loading: 'Loading',
  theme_auto: 'Theme: as the system',
  theme_light: 'Theme: light',
  theme_dark: 'Theme: dark',
  'not-found': 'There is nothing here',
  'too-many-requests': 'Too many requests at once',
  'temporarily-unavailable': 'A part of the system is away; nothing was changed',
  'outcome-unknown': 'The answer was lost. Repeat it: it will not be done twice',
  'body-too-large': 'The text is too long',
  'invalid-content': 'Some fields are not valid',
  'role-not-allowed': 'Your role does not allow this',
  'internal-error': 'Something went wrong on our side',
};

export type TextKey = keyof typeof ru;

const texts: TextsLike<typeof ru> = LANGUAGE === 'ru' ? ru : en;

/** The texts that every page shows. */
export const t = /* @__PURE__ */ dictionary<typeof ru>(texts);

const explained: Record<string, string> = {};

/** For the texts of a page: what the problems mean that only its commands can meet, by their codes. */
export const explain = (problems: Readonly<Record<string, string>>): void => void Object.assign(explained, problems);

/** What a problem's code means, in the reader's language; the server's own words for a code that is not known here. */
export function problemText(type: string | undefined, otherwise: string): string {
  const code = type?.replace('/problems/', '') ?? '';
  if (Object.hasOwn(explained, code)) return explained[code] as string;
  return Object.hasOwn(texts, code) ? t(code as TextKey) : otherwise;
}

/** What the reader chose or who they are, as the cookies that pages may read tell. */
export const choice = (name: 'lang' | 'theme' | 'id' | 'role'): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];

/** Kept for a year, for every page; no secret. */
export function keepChoice(name: 'lang' | 'theme', value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser we serve.
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
