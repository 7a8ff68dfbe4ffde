import { type ComponentChildren, render } from 'preact';
import { choice } from './choices.ts';
import { keepSession, type Refused, signOut } from './client.ts';
import { ProblemNotice } from './Notice.tsx';

const root = document.documentElement;
const part = (id: string) => document.getElementById(id);
const onPress = (id: string, act: () => void) => part(id)?.addEventListener('click', act);

/** Makes the shell work, which is HTML already, and draws the page's content into it. */
export function start(content: ComponentChildren): void {
  root.dataset.theme = choice('theme') ?? 'auto';
  root.dataset.role = choice('role') ?? ''; // the style shows the sections of this role; no server believes it
  document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

  // One after the other, also what was pressed while the script was loading.
  let pressed: Promise<unknown> = Promise.resolve();
  const press = (act: (keys: typeof import('../keys/main.ts')) => void) => {
    pressed = pressed
      .then(() => import(part('texts')?.dataset.keys as string))
      .then(act)
      .catch(() => undefined);
  };
  for (const id of ['theme', 'language'] as const) onPress(id, () => press((keys) => keys[id]()));
  onPress('sign-out', () =>
    signOut().catch((error: Refused) => render(<ProblemNotice error={error} />, part('told') as HTMLElement)),
  );

  addEventListener('keydown', (event) => {
    const { code, ctrlKey, metaKey, altKey, target } = event;
    const isPalette = (ctrlKey || metaKey) && code === 'KeyK';
    const isTyped = (target as Element).matches('input, select, textarea, dialog *');
    // Tab does nothing there, but says that somebody goes by keys: it keeps their focus.
    if (!isPalette && code !== 'Tab' && (ctrlKey || metaKey || altKey || isTyped || choice('keys') === 'off')) return;
    // The browser's own search; and c must not be typed into the field that it leads to.
    if (isPalette || code === 'Slash' || code === 'KeyC') event.preventDefault();
    press((keys) => keys.press(event, isPalette));
  });

  const app = part('app') as HTMLElement;
  app.replaceChildren();
  render(content, app);
  if (location.pathname !== '/auth/') keepSession();
  // A page that the browser kept for its back button is of then, and perhaps of somebody who has signed out.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}
