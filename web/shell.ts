import type { Role } from '#contracts/rest/auth';

export const LANGUAGES = ['ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What the script of a page says, by key. */
export type Texts = Readonly<Record<string, string>>;

/** A text in both languages: one that is missing does not compile. */
type Text = Readonly<Record<Language, string>>;

/** What the shell of a page is made of. */
export interface PageInfo {
  /** Its path at nginx. */
  readonly path: string;
  /** Its first heading, and its name in the browser. */
  readonly title: Text;
  /** Its name in the navigation; a page without one does not stand there. */
  readonly nav?: Text;
  /** Who is shown its link; everybody where none are named. The server decides who may see what is on it. */
  readonly roles?: readonly Role[];
  /** For whoever is not signed in: one narrow column, no sections, no sign-out. */
  readonly open?: true;
  /** What its script reads first, whoever the reader is: the browser begins with it beside the script. */
  readonly reads?: readonly string[];
}

const TEXTS = {
  skip: { ru: 'К содержанию', en: 'Skip to content' },
  sections: { ru: 'Разделы', en: 'Sections' },
  theme: { ru: 'Сменить тему', en: 'Change the theme' },
  themeAuto: { ru: 'Тема: как в системе', en: 'Theme: as the system' },
  themeLight: { ru: 'Тема: светлая', en: 'Theme: light' },
  themeDark: { ru: 'Тема: тёмная', en: 'Theme: dark' },
  otherLanguage: { ru: 'English', en: 'Русский' },
  me: { ru: 'Профиль', en: 'Profile' },
  signOut: { ru: 'Выйти', en: 'Sign out' },
  needsScript: { ru: 'Для работы нужен JavaScript.', en: 'JavaScript is needed here.' },
} satisfies Readonly<Record<string, Text>>;

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%230b7a5e'/%3E%3Cpath d='M9 22 16 8l7 14M11.500 17h9' stroke='%23fff' stroke-width='3' fill='none' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

/**
 * All of a page that is known before anybody asks for it, so that it paints before any script. What depends on the
 * reader (role, theme) stands in it too, and the style shows what fits the attributes that `start` sets on the root.
 */
export function shellHtml(made: {
  page: PageInfo;
  pages: readonly PageInfo[];
  language: Language;
  style: string;
  script: string;
  /** The script of the keyboard's part, which the page's own loads when a key is pressed. */
  keys: string;
  /** What the page loads when it is asked for; empty where there is no such thing. */
  later: string;
  texts: Texts;
}): string {
  const { page, pages, language, style, script, keys, later, texts } = made;
  const t = (text: Text) => text[language];
  const otherLanguage = language === 'ru' ? 'en' : 'ru';
  const links = pages.map(({ path, nav, roles }) => {
    const current = path === page.path ? ' aria-current="page"' : '';
    return nav ? `<a href="/${path}/"${current}${roles ? ` data-roles="${roles.join(' ')}"` : ''}>${t(nav)}</a>` : '';
  });
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${t(page.title)} · ATES</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
${(page.reads ?? []).map((path) => `<link rel="preload" as="fetch" crossorigin href="${path.replaceAll('&', '&amp;')}">`).join('\n')}
</head>
<body>
<a class="skip" href="#content">${t(TEXTS.skip)}</a>
<header class="bar">
<a class="brand" href="/">ATES</a>
<div class="tools">
<button type="button" class="button quiet" id="theme" title="${t(TEXTS.theme)}">
<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="2"/><path class="theme-auto" d="M10 3a7 7 0 0 1 0 14" fill="currentColor"/><circle class="theme-dark" cx="10" cy="10" r="7" fill="currentColor"/></svg>
<span class="unseen theme-auto">${t(TEXTS.themeAuto)}</span>
<span class="unseen theme-light">${t(TEXTS.themeLight)}</span>
<span class="unseen theme-dark">${t(TEXTS.themeDark)}</span>
</button>
<button type="button" class="button quiet" id="language" lang="${otherLanguage}" title="${t(TEXTS.otherLanguage)}">${otherLanguage.toUpperCase()}</button>
${
  page.open
    ? ''
    : `<a class="button quiet" id="me" href="/auth/me/"${page.path === 'auth/me' ? ' aria-current="page"' : ''}>${t(TEXTS.me)}</a>
<button type="button" class="button quiet" id="sign-out">${t(TEXTS.signOut)}</button>`
}
</div>
${page.open ? '' : `<nav aria-label="${t(TEXTS.sections)}">${links.join('')}</nav>`}
</header>
<main id="content" class="page${page.open ? ' narrow' : ''}" tabindex="-1">
<h1>${t(page.title)}</h1>
<noscript><p class="notice bad">${t(TEXTS.needsScript)}</p></noscript>
<div id="told"></div>
<div id="app"><div class="skeleton" aria-hidden="true"></div></div>
</main>
<template id="texts" data-keys="${keys}"${later && ` data-later="${later}"`}>${JSON.stringify(texts).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</template>
</body>
</html>
`;
}
