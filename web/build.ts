import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { LANGUAGES, type Language, type PageInfo, shellHtml, type Texts } from './shell.ts';

/**
 * The pages by their folder here, in the order of the navigation: the one place that knows them. Each is a bundle of
 * its own; the style is one file for all.
 */
export const PAGES: Readonly<Record<string, PageInfo>> = {
  home: { path: '', title: { ru: 'Биржа задач', en: 'Task exchange' }, open: true },
  auth: { path: 'auth', title: { ru: 'Вход', en: 'Sign in' }, open: true },
  tasks: {
    path: 'tasks',
    title: { ru: 'Задачи', en: 'Tasks' },
    nav: { ru: 'Задачи', en: 'Tasks' },
    reads: ['/api/tasks?assignee=me&status=open&limit=20', '/api/tasks?taken=me&limit=20'],
  },
  'all-tasks': {
    path: 'tasks/all',
    title: { ru: 'Все задачи', en: 'All tasks' },
    nav: { ru: 'Все задачи', en: 'All tasks' },
    reads: ['/api/tasks?limit=20'],
  },
  task: { path: 'tasks/task', title: { ru: 'Задача', en: 'Task' } },
  accounts: {
    path: 'accounts',
    title: { ru: 'Мой счёт', en: 'My account' },
    nav: { ru: 'Мой счёт', en: 'My account' },
    reads: ['/api/accounts/me', '/api/accounts/me/transactions?limit=20'],
  },
  billing: { path: 'billing', title: { ru: 'Выплаты', en: 'Payouts' }, nav: { ru: 'Выплаты', en: 'Payouts' } },
  company: {
    path: 'accounts/company',
    title: { ru: 'Компания', en: 'Company' },
    reads: ['/api/accounts/summary'],
    nav: { ru: 'Компания', en: 'Company' },
    roles: ['accountant', 'executive', 'admin'],
  },
  balances: {
    path: 'accounts/all',
    title: { ru: 'Счета', en: 'Balances' },
    reads: ['/api/accounts/balances?limit=200'],
    nav: { ru: 'Счета', en: 'Balances' },
    roles: ['accountant', 'executive', 'admin'],
  },
  mailer: {
    path: 'mailer',
    title: { ru: 'Письма', en: 'Letters' },
    nav: { ru: 'Письма', en: 'Letters' },
    reads: ['/api/mailer/mails?limit=20'],
  },
  analytics: {
    path: 'analytics',
    title: { ru: 'Аналитика', en: 'Analytics' },
    reads: ['/api/analytics/days'],
    nav: { ru: 'Аналитика', en: 'Analytics' },
    roles: ['executive', 'admin'],
  },
  users: {
    path: 'auth/users',
    title: { ru: 'Люди', en: 'Users' },
    nav: { ru: 'Люди', en: 'Users' },
    roles: ['admin'],
    reads: ['/api/auth/users?limit=20'],
  },
  me: { path: 'auth/me', title: { ru: 'Профиль', en: 'Profile' }, reads: ['/api/auth/session'] },
  ops: {
    path: 'ops',
    title: { ru: 'Система', en: 'System' },
    nav: { ru: 'Система', en: 'System' },
    roles: ['admin'],
    reads: ['/api/ops/status'],
  },
  missing: { path: 'missing', title: { ru: 'Такой страницы нет', en: 'There is no such page' } }, // shown with 404
  parts: { path: 'ui', title: { ru: 'Детали страниц', en: 'Parts of the pages' } },
};

const BROWSERS = ['es2023', 'chrome123', 'firefox120', 'safari17.5']; // light-dark() decides

const here = import.meta.dirname;
const JSX = join(here, 'ui/h.ts');

/** What becomes a script: each page, and of some of them what is loaded when somebody asks for it. */
export const ENTRIES: readonly string[] = Object.keys(PAGES)
  .flatMap((page) => [`${page}/main.tsx`, `${page}/later.tsx`])
  .filter((entry) => existsSync(join(here, entry)));

/**
 * Builds the pages into `outDir`: hashed files in assets/, and for each page `index.ru.html` and `index.en.html`, which
 * name them and hold the texts. Old files go last. Resolves with the metafile of everything.
 */
export async function buildWeb({ outDir, minify }: { outDir: string; minify: boolean }): Promise<Metafile> {
  const options = {
    outdir: outDir,
    outbase: here,
    bundle: true,
    minify,
    metafile: true,
    logLevel: 'warning',
    charset: 'utf8',
  } as const;
  const scripts = build({
    ...options,
    entryPoints: ENTRIES.map((entry) => join(here, entry)),
    entryNames: 'assets/[dir]-[hash]',
    format: 'esm',
    target: BROWSERS,
    tsconfigRaw: {}, // which would say how JSX becomes what the compiler checks
    jsx: 'transform',
    jsxFactory: 'h',
    jsxFragment: 'Fragment',
    inject: [JSX],
    plugins: [
      {
        name: 'JSX only where there is some',
        setup: ({ onResolve }) => onResolve({ filter: /\/ui\/h\.ts$/ }, () => ({ path: JSX, sideEffects: false })),
      },
    ],
    mangleProps: /^__/, // Preact's inner names in one letter: 70 bytes less for each page
  });
  const style = build({
    ...options,
    entryPoints: [join(here, 'ui/ui.css')],
    entryNames: 'assets/[name]-[hash]',
    target: BROWSERS,
  });
  // Apart from the pages, so that what is loaded later leaves them one file each.
  const keyboard = build({
    ...options,
    entryPoints: [join(here, 'keys/main.ts')],
    entryNames: 'assets/[dir]-[hash]',
    format: 'esm',
    target: BROWSERS,
  });
  const [{ metafile: styles }, { metafile: made }, { metafile: keyed }] = await Promise.all([style, scripts, keyboard]);

  const pages = Object.values(PAGES);
  const [css] = outputOf(styles, 'ui/ui.css');
  const [keys, { inputs: keysInputs }] = outputOf(keyed, 'keys/main.ts');
  for (const [folder, page] of Object.entries(PAGES)) {
    const [script, { inputs }] = outputOf(made, `/${folder}/main.tsx`);
    const hasLater = ENTRIES.includes(`${folder}/later.tsx`);
    const [later, more] = hasLater ? outputOf(made, `/${folder}/later.tsx`) : ['', { inputs: {} }];
    const texts = await textsOf(
      Object.keys({ ...inputs, ...more.inputs, ...keysInputs }).filter((input) => input.endsWith('texts.ts')),
    );
    await mkdir(join(outDir, page.path), { recursive: true });
    for (const language of LANGUAGES) {
      const html = shellHtml({ page, pages, language, style: css, script, keys, later, texts: texts[language] });
      await writeFile(join(outDir, page.path, `index.${language}.html`), html);
    }
  }
  const outputs = { ...styles.outputs, ...made.outputs, ...keyed.outputs };
  const current = Object.keys(outputs).map((output) => basename(output));
  for (const name of await readdir(join(outDir, 'assets'))) {
    if (!current.includes(name)) await rm(join(outDir, 'assets', name));
  }
  return { inputs: { ...styles.inputs, ...made.inputs, ...keyed.inputs }, outputs };
}

/** The path at nginx of what an entry point has become, and what is in it. */
function outputOf({ outputs }: Metafile, source: string): [string, Metafile['outputs'][string]] {
  const [output] = Object.entries(outputs).filter(([, { entryPoint = '' }]) => entryPoint.endsWith(source));
  if (output === undefined) throw new Error(`${source} was not built`);
  return [`/assets/${basename(output[0])}`, output[1]];
}

/** What these modules export as `texts`, in one. They are read anew each time: somebody may be at work on them. */
async function textsOf(modules: readonly string[]): Promise<Record<Language, Texts>> {
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((path, i) => `export { texts as texts${i} } from './${path}';`).join('\n'),
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    format: 'esm',
    charset: 'utf8',
  });
  const code = encodeURIComponent(outputFiles[0]?.text ?? '');
  const found: Record<string, Record<Language, Texts>> = await import(`data:text/javascript,${code}`);
  const merge = (language: Language) => {
    const all = Object.values(found).flatMap((texts) => Object.entries(texts[language]));
    const twice = all.find(([key, text], i) => all.some((other, j) => j > i && other[0] === key && other[1] !== text));
    if (twice) throw new Error(`${modules.join(' and ')} have two texts for ${twice[0]}`);
    return Object.fromEntries(all);
  };
  return { ru: merge('ru'), en: merge('en') };
}
