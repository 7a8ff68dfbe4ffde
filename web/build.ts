import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The pages: folder here -> path at nginx. Each is a bundle of its own; the style is one file for all. */
export const PAGES: Readonly<Record<string, string>> = {
  home: '',
  auth: 'auth',
  users: 'auth/users',
  tasks: 'tasks',
  'all-tasks': 'tasks/all',
  accounts: 'accounts',
  balances: 'accounts/all',
};

export const LANGUAGES = ['ru', 'en'] as const;
const BROWSERS = ['es2023', 'chrome123', 'firefox120', 'safari17.5']; // light-dark() decides

const here = import.meta.dirname;

/**
 * Builds the pages into `outDir`, each once a language: hashed files in assets/, and `index.ru.html` and
 * `index.en.html` that name them. Old files go last. Resolves with the metafile of everything.
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
  const scripts = LANGUAGES.map(async (language) => {
    const built = await build({
      ...options,
      entryPoints: Object.keys(PAGES).map((page) => join(here, page, 'main.tsx')),
      entryNames: `assets/[dir]-${language}-[hash]`,
      define: { LANGUAGE: JSON.stringify(language) },
      format: 'esm',
      target: BROWSERS,
      jsx: 'automatic',
      jsxImportSource: 'preact',
    });
    return { language, built };
  });
  const style = build({
    ...options,
    entryPoints: [join(here, 'ui/ui.css')],
    entryNames: 'assets/[name]-[hash]',
    target: BROWSERS,
  });
  const [{ metafile: styles }, ...made] = await Promise.all([style, ...scripts]);

  const shell = await readFile(join(here, 'ui/shell.html'), 'utf8');
  for (const { language, built } of made) {
    for (const [page, path] of Object.entries(PAGES)) {
      const html = shell
        .replace('lang="en"', `lang="${language}"`)
        .replace('{{style}}', addressOf(styles, 'ui/ui.css'))
        .replace('{{script}}', addressOf(built.metafile, `/${page}/main.tsx`));
      await mkdir(join(outDir, path), { recursive: true });
      await writeFile(join(outDir, path, `index.${language}.html`), html);
    }
  }
  const all = [styles, ...made.map(({ built }) => built.metafile)];
  const outputs = Object.assign({}, ...all.map((metafile) => metafile.outputs)) as Metafile['outputs'];
  const current = Object.keys(outputs).map((output) => basename(output));
  for (const name of await readdir(join(outDir, 'assets'))) {
    if (!current.includes(name)) await rm(join(outDir, 'assets', name));
  }
  return { inputs: Object.assign({}, ...all.map((metafile) => metafile.inputs)), outputs };
}

/** The path at nginx of what an entry point has become. */
function addressOf({ outputs }: Metafile, source: string): string {
  const [output] = Object.entries(outputs).find(([, { entryPoint = '' }]) => entryPoint.endsWith(source)) ?? [];
  if (output === undefined) throw new Error(`${source} was not built`);
  return `/assets/${basename(output)}`;
}
