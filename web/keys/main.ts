import { choice, keepChoice } from '../ui/choices.ts';
import { t } from './texts.ts';

/**
 * What is pressed on every page: shortcuts, their sheet, and the palette; theme and language. Loaded with the first of
 * it, so that nobody else pays for it; without Preact, for it has to be small.
 */

const SEQUENCE_MS = 1_500;
/** The second key after g, by its place on the keyboard. */
const SECTIONS: Readonly<Record<string, string>> = {
  T: '/tasks/',
  L: '/tasks/all/',
  A: '/accounts/',
  C: '/accounts/company/',
  S: '/accounts/all/',
  B: '/billing/',
  M: '/mailer/',
  N: '/analytics/',
  U: '/auth/users/',
  O: '/ops/',
};

const THEMES = ['auto', 'light', 'dark'];
const root = document.documentElement;

/** Goes on to the next theme, for this browser. */
export function theme(): void {
  const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? '') + 1) % THEMES.length] ?? 'auto';
  keepChoice('theme', next);
  root.dataset.theme = next;
}

/** Shows the page in the other language, this and all others, in this browser. */
export function language(): void {
  keepChoice('lang', root.lang === 'ru' ? 'en' : 'ru');
  location.reload();
}

let goUntil = 0;

/** What has the focus, and all that it stands in. */
let focused: HTMLElement[] = [];
function see(): void {
  focused = [];
  for (let at = document.activeElement as HTMLElement | null; at; at = at.parentElement) focused.push(at);
}

/** Where what has the focus goes away, the focus goes to what it stood in: nobody begins at the top of the page again. */
function keepFocus(): void {
  if (focused[0]?.isConnected || document.activeElement !== document.body) return;
  focused.find((place) => {
    if (!place.isConnected) return false;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
    return document.activeElement === place;
  });
}

see();
addEventListener('focusin', see);
new MutationObserver(keepFocus).observe(document.body, { childList: true, subtree: true });

/** What a key does that was pressed outside of fields; `isPalette`: Ctrl or Command with K, from anywhere. */
export function press({ key, code, shiftKey, timeStamp }: KeyboardEvent, isPalette: boolean): void {
  const letter = code.replace('Key', '');
  if (isPalette) openPalette();
  else if (key === 'Escape') goBack();
  else if (timeStamp < goUntil) {
    goUntil = 0;
    sectionLink(SECTIONS[letter] ?? '')?.click();
  } else if (key === '?') openSheet();
  else if (code === 'Slash' && !shiftKey) document.querySelector<HTMLElement>('input[type=search]')?.focus();
  else if (letter === 'G') goUntil = timeStamp + SEQUENCE_MS;
  else if (letter === 'J') moveRow(1, shiftKey);
  else if (letter === 'K') moveRow(-1, shiftKey);
  else if (letter === 'X') actOnRows();
  else if (letter === 'C') withKey('c')?.focus();
}

/** What a page lets a key press or go to, in the whole page or in a row of it. */
const withKey = (key: string, within: ParentNode = document) =>
  within.querySelector<HTMLElement>(`[aria-keyshortcuts=${key}]`);

const isShown = (element: HTMLElement) => element.offsetParent !== null;
const sections = () => [...document.querySelectorAll<HTMLAnchorElement>('nav a')].filter(isShown);
const sectionLink = (path: string) => sections().find((link) => link.pathname === path);

/** The rows that something can be opened in, and which of them has the focus; less than none: no one has. */
function rowsNow() {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr')].flatMap((row) => {
    const target = [...row.querySelectorAll<HTMLElement>('a, button')].find(isShown);
    return target ? { row, target } : [];
  });
  return { rows, at: rows.findIndex(({ row }) => row.contains(document.activeElement)) };
}

/** Where a selection has begun; it reaches to the row that has the focus. */
let anchor: HTMLElement | undefined;

/** From row to row: Enter does the rest by itself. With `extend` the rows on the way are selected, where x can act on them. */
function moveRow(step: number, extend: boolean): void {
  const { rows, at } = rowsNow();
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next]?.target.focus();
  const from = rows.findIndex(({ row }) => row === anchor);
  const start = from < 0 ? Math.max(at, 0) : from;
  anchor = extend ? rows[start]?.row : undefined;
  select(anchor ? rows.slice(Math.min(start, next), Math.max(start, next) + 1).map(({ row }) => row) : []);
}

const selected = () => [...document.querySelectorAll<HTMLElement>('tr[data-selected]')];

function select(rows: readonly HTMLElement[]): void {
  for (const row of selected()) delete row.dataset.selected;
  const those = rows.filter((row) => withKey('x', row));
  for (const row of those) row.dataset.selected = '';
  document.getElementById('selected')?.remove();
  if (those.length === 0) return;
  const text = t('keysSelected', { count: those.length });
  document.body.append(make('p', { id: 'selected', class: 'notice', role: 'status' }, text));
}

/** Does what x stands for in the selected rows, else in the one that has the focus, which goes on to the next. */
function actOnRows(): void {
  const { rows, at } = rowsNow();
  const focused = rows[at]?.row;
  const those = selected().length > 0 ? selected() : focused && withKey('x', focused) ? [focused] : [];
  const others = ({ row }: { row: HTMLElement }) => !those.includes(row);
  if (those.length > 0)
    (rows.slice(at).find(others) ?? rows.slice(0, Math.max(at, 0)).findLast(others))?.target.focus();
  anchor = undefined;
  select([]);
  for (const row of those) withKey('x', row)?.click();
}

function goBack(): void {
  const focused = document.activeElement as HTMLElement;
  if (anchor) {
    anchor = undefined;
    select([]);
  } else if (focused.closest('tr')) focused.blur();
  else if (!document.querySelector('nav [aria-current]') && document.referrer.startsWith(location.origin))
    history.back();
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A dialog that is gone when it closes; the browser gives the focus back. */
function show(title: string, ...children: Node[]): HTMLDialogElement {
  const dialog = make('dialog', { class: 'card', 'aria-label': title }, make('h2', {}, title), ...children);
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = make('button', { type: 'button', class: 'button quiet' }, text);
  made.onclick = act;
  return made;
}

function openSheet(): void {
  const goes = Object.entries(SECTIONS).flatMap(([letter, path]) => {
    const link = sectionLink(path);
    return link ? [[`g ${letter.toLowerCase()}`, t('keysGo', { name: link.text })] as const] : [];
  });
  const rows = [
    ['?', t('keysSheet')],
    ['Ctrl K', t('keysPalette')],
    ['/', t('keysSearch')],
    ['j k', t('keysMove')],
    ['Enter', t('keysOpen')],
    ['Esc', t('keysBack')],
    ...(withKey('x')
      ? ([
          ['x', t('keysAct')],
          ['Shift j k', t('keysSelect')],
        ] as const)
      : []),
    ...(withKey('c') ? ([['c', t('keysAdd')]] as const) : []),
    ...goes,
  ] as const;
  const list = rows.map(([keys, text]) => {
    const names = keys.split(' ').flatMap((name) => [make('kbd', {}, name), ' ']);
    return make('div', {}, make('dt', {}, ...names), make('dd', {}, text));
  });
  const close = button(t('keysClose'), () => dialog.close());
  const off = button(t('keysOff'), () => {
    switchKeys();
    dialog.close();
  });
  const hint = make('p', { class: 'soft small' }, t('keysHint'));
  const dialog = show(
    t('keysTitle'),
    hint,
    make('dl', { class: 'keys' }, ...list),
    make('div', { class: 'head' }, off, close),
  );
}

const areOff = () => choice('keys') === 'off';

function switchKeys(): void {
  keepChoice('keys', areOff() ? 'on' : 'off');
  const told = document.getElementById('told');
  if (areOff()) told?.replaceChildren(make('p', { class: 'notice', role: 'status' }, t('keysOffDone')));
  else told?.replaceChildren();
}

interface Command {
  readonly name: string;
  act(): void;
}

/** Sections, the header's buttons, tasks by their words: typed, chosen with the arrows, done with Enter. */
function openPalette(): void {
  const commands: Command[] = [
    ...sections().map((link) => ({ name: link.text, act: () => link.click() })),
    ...[...document.querySelectorAll<HTMLElement>('.tools > *')].filter(isShown).map((tool) => ({
      name: tool.title || (tool.textContent ?? '').trim(),
      act: () => tool.click(),
    })),
    { name: t('keysTitle'), act: openSheet },
    { name: t(areOff() ? 'keysOn' : 'keysOff'), act: switchKeys },
  ];
  const list = make('ul', { id: 'found', role: 'listbox', 'aria-label': t('paletteTitle'), class: 'found' });
  const field = make('input', {
    ...{ role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'found', 'aria-autocomplete': 'list' },
    ...{ 'aria-label': t('paletteField'), placeholder: t('paletteField'), autocomplete: 'off' },
  });
  const dialog = show(t('paletteTitle'), make('div', { class: 'field' }, field), list);
  let found: Command[] = [];
  let at = 0;

  const run = (command: Command | undefined) => {
    dialog.close();
    command?.act();
  };
  const choose = (next: number) => {
    at = (next + found.length) % found.length;
    for (const [i, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(i === at));
    list.children[at]?.scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', `found-${at}`);
  };
  const look = () => {
    const text = field.value.trim();
    found = commands.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
    if (text) {
      const q = new URLSearchParams({ q: text });
      found.push({ name: t('paletteFind', { text }), act: () => location.assign(`/tasks/all/?${q}`) });
    }
    const options = found.map((command, i) => {
      const option = make('li', { id: `found-${i}`, role: 'option' }, command.name);
      option.onclick = () => run(command);
      return option;
    });
    list.replaceChildren(...options);
    choose(0);
  };
  field.oninput = look;
  field.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(at + step);
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };
  look();
  field.focus();
}
