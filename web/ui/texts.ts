/**
 * Texts in both languages: one that is missing in one of them does not compile. Each page has its own beside it. The
 * build puts those that a page's script imports into its HTML, in the language of that HTML, so that nobody loads the
 * other's and the scripts hold keys only. nginx chooses: what the reader chose (cookie `lang`), else what the browser
 * asks for.
 */

/** The same texts in another language. */
export type TextsLike<T> = { readonly [K in keyof T]: string };

/** Gives a text with its `{blanks}` filled in; numbers as the reader's language writes them. */
export type TextOf<Key extends string> = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

let shown: Readonly<Record<string, string>> | undefined;

/** All texts of this page, as `web/shell.ts` has written them. */
const pageTexts = (): Readonly<Record<string, string>> => {
  shown ??= JSON.parse((document.getElementById('texts') as HTMLTemplateElement).content.textContent);
  return shown as Readonly<Record<string, string>>;
};

/** One digit behind the point is enough. */
const DIGITS = { maximumFractionDigits: 1 };

export const textOf: TextOf<string> = (key, values = {}) =>
  (pageTexts()[key] as string).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? value.toLocaleString(document.documentElement.lang, DIGITS) : value;
  });

/** What a problem's code means, in the reader's language; the server's own words for one that this page does not know. */
export const problemText = (type: string | undefined, otherwise: string): string =>
  pageTexts()[type?.replace('/problems/', '') ?? ''] ?? otherwise;

const ru = {
  tryAgainIn: 'Попробуйте снова через {seconds} с',
  live: 'обновляется',
  staleSince: 'нет связи, данные на {time}',
  retry: 'Повторить',
  toMine: 'На свою первую страницу',
  code: 'Код для поддержки: {traceId}',
  offline: 'Нет связи с сервером',
  loading: 'Загружается',
  more: 'Ещё 50',
  csv: 'Скачать CSV',
  clearFilters: 'Сбросить фильтры',
  notNow: 'Не сейчас',
  asTable: 'Таблицей',
  'not-found': 'Здесь ничего нет',
  'too-many-requests': 'Слишком много запросов',
  cannotRead: 'Часть системы сейчас недоступна',
  'temporarily-unavailable': 'Часть системы недоступна, ничего не изменено',
  'outcome-unknown': 'Ответ потерялся. Повторите: дважды это не выполнится',
  'body-too-large': 'Слишком много текста',
  'invalid-content': 'Поля заполнены неверно',
  'role-not-allowed': 'Вашей роли это недоступно',
  'internal-error': 'У нас что-то пошло не так',
};

const en: TextsLike<typeof ru> = {
  tryAgainIn: 'Try again in {seconds} s',
  live: 'live',
  staleSince: 'reconnecting, data as of {time}',
  retry: 'Try again',
  toMine: 'To your own first page',
  code: 'Code for support: {traceId}',
  offline: 'The server cannot be reached',
  loading: 'Loading',
  more: '50 more',
  csv: 'Download CSV',
  clearFilters: 'Clear the filters',
  notNow: 'Not now',
  asTable: 'As a table',
  'not-found': 'There is nothing here',
  'too-many-requests': 'Too many requests at once',
  cannotRead: 'A part of the system is away at the moment',
  'temporarily-unavailable': 'A part of the system is away; nothing was changed',
  'outcome-unknown': 'The answer was lost. Repeat it: it will not be done twice',
  'body-too-large': 'The text is too long',
  'invalid-content': 'Some fields are not valid',
  'role-not-allowed': 'Your role does not allow this',
  'internal-error': 'Something went wrong on our side',
};

/** The texts that every page may show. */
export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
