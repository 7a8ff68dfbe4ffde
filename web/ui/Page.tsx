import { type ComponentChildren, render } from 'preact';
import { useState } from 'preact/hooks';
import { keepSession, type Refused, signOut } from './client.ts';
import { ProblemNotice } from './Notice.tsx';
import { choice, keepChoice, type TextKey, t } from './texts.ts';

/** What the navigation shows; where roles are named, to them only. */
const SECTIONS: readonly { path: string; text: TextKey; roles?: string }[] = [
  { path: '/tasks/', text: 'tasks' },
  { path: '/tasks/all/', text: 'allTasks' },
  { path: '/accounts/', text: 'account' },
  { path: '/accounts/all/', text: 'balances', roles: 'accountant executive admin' },
  { path: '/auth/users/', text: 'users', roles: 'admin' },
];

const THEMES = ['auto', 'light', 'dark'] as const;

/** The frame of every page: bar, sections, switches; `title` is the one first heading. */
export function Page({
  title,
  aside,
  narrow,
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  narrow?: boolean;
  children: ComponentChildren;
}) {
  const signedIn = choice('id') !== undefined && location.pathname !== '/auth/';
  const [refused, setRefused] = useState<Refused | null>(null);
  return (
    <>
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <header class="bar">
        <a class="brand" href="/">
          ATES
        </a>
        {signedIn && (
          <nav aria-label={t('sections')}>
            {SECTIONS.filter(({ roles }) => roles?.split(' ').includes(choice('role') ?? '') ?? true).map(
              ({ path, text }) => (
                <a key={path} href={path} aria-current={location.pathname === path ? 'page' : undefined}>
                  {t(text)}
                </a>
              ),
            )}
          </nav>
        )}
        <div class="tools">
          <Theme />
          <button type="button" class="button quiet" lang={LANGUAGE === 'ru' ? 'en' : 'ru'} onClick={switchLanguage}>
            {LANGUAGE === 'ru' ? 'EN' : 'RU'}
          </button>
          {signedIn && (
            <button type="button" class="button quiet" onClick={() => signOut().catch(setRefused)}>
              {t('signOut')}
            </button>
          )}
        </div>
      </header>
      <main id="content" class={narrow ? 'page narrow' : 'page'} tabIndex={-1}>
        <div class="head">
          <h1>{title}</h1>
          {aside}
        </div>
        {refused && <ProblemNotice error={refused} />}
        {children}
      </main>
    </>
  );
}

function Theme() {
  const [theme, setTheme] = useState(THEMES.find((known) => known === choice('theme')) ?? 'auto');
  const next = () => {
    const chosen = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    keepChoice('theme', chosen);
    document.documentElement.dataset.theme = chosen;
    setTheme(chosen);
  };
  const label = t(`theme_${theme}`);
  return (
    <button type="button" class="button quiet" title={label} aria-label={label} onClick={next}>
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="2" />
        <path
          d={theme === 'light' ? '' : theme === 'dark' ? 'M10 3a7 7 0 1 1 0 14a7 7 0 1 1 0-14' : 'M10 3a7 7 0 0 1 0 14'}
          fill="currentColor"
        />
      </svg>
    </button>
  );
}

function switchLanguage(): void {
  keepChoice('lang', LANGUAGE === 'ru' ? 'en' : 'ru');
  location.reload();
}

/** Draws a page into its shell. */
export function start(page: ComponentChildren, title: TextKey): void {
  document.documentElement.dataset.theme = choice('theme') ?? 'auto';
  document.title = `${t(title)} · ATES`;
  const app = document.getElementById('app') as HTMLElement;
  app.replaceChildren();
  render(page, app);
  if (location.pathname !== '/auth/') keepSession();
  // A page that the browser kept for its back button is of then, and perhaps of somebody who has signed out.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}
