import { type ComponentChildren, render } from 'preact';
import { choice, keepChoice } from './choices.ts';
import { keepSession, type Refused, signOut } from './client.ts';
import { ProblemNotice } from './Notice.tsx';

const THEMES = ['auto', 'light', 'dark'];

const root = document.documentElement;
const part = (id: string) => document.getElementById(id);
const onPress = (id: string, act: () => void) => part(id)?.addEventListener('click', act);

/** Makes the shell work, which is HTML already, and draws the page's content into it. */
export function start(content: ComponentChildren): void {
  root.dataset.theme = choice('theme') ?? 'auto';
  root.dataset.role = choice('role') ?? ''; // the style shows the sections of this role; no server believes it
  document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

  onPress('theme', () => {
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? '') + 1) % THEMES.length] ?? 'auto';
    keepChoice('theme', next);
    root.dataset.theme = next;
  });
  onPress('language', () => {
    keepChoice('lang', root.lang === 'ru' ? 'en' : 'ru');
    location.reload();
  });
  onPress('sign-out', () =>
    signOut().catch((error: Refused) => render(<ProblemNotice error={error} />, part('told') as HTMLElement)),
  );

  let pressed: Promise<unknown> = Promise.resolve();
  addEventListener('keydown', (event) => {
    const { code, ctrlKey, metaKey, altKey, target } = event;
    const isPalette = (ctrlKey || metaKey) && code === 'KeyK';
    const isTyped = (target as Element).matches('input, select, textarea, dialog *');
    if (!isPalette && (ctrlKey || metaKey || altKey || isTyped || choice('keys') === 'off')) return;
    // The browser's own search; and c must not be typed into the field that it leads to.
    if (isPalette || code === 'Slash' || code === 'KeyC') event.preventDefault();
    // One after the other, also those that were pressed while the script was loading.
    pressed = pressed
      .then(() => import(part('texts')?.dataset.keys as string))
      .then(({ press }) => press(event, isPalette))
      .catch(() => undefined);
  });

  const app = part('app') as HTMLElement;
  app.replaceChildren();
  render(content, app);
  if (location.pathname !== '/auth/') keepSession();
  // A page that the browser kept for its back button is of then, and perhaps of somebody who has signed out.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}
