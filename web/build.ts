import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The pages: folder here -> path at nginx. Each is a bundle of its own; the style is one file for all. */
export const PAGES: Readonly<Record<string, string>> = { home: '', auth: 'auth', tasks: 'tasks', accounts: 'accounts' };

const here = import.meta.dirname;

/** Builds the pages into `outDir`: hashed files in assets/, and for each page an index.html that names them; old files go last. */
export async function buildWeb({
  outDir,
  minify,
}: {
  outDir: string;
  minify: boolean;
}): Promise<{ metafile: Metafile }> {
  const { metafile } = await build({
    entryPoints: [...Object.keys(PAGES).map((page) => join(here, page, 'main.tsx')), join(here, 'ui/ui.css')],
    outdir: outDir,
    outbase: here,
    entryNames: 'assets/[dir]-[hash]',
    bundle: true,
    minify,
    format: 'esm',
    target: ['es2023', 'chrome123', 'firefox120', 'safari17.5'], // light-dark() decides
    jsx: 'automatic',
    jsxImportSource: 'preact',
    metafile: true,
    logLevel: 'warning',
  });
  const assets = Object.entries(metafile.outputs).map(([path, { entryPoint = '' }]) => ({
    entryPoint,
    file: basename(path),
  }));
  const assetOf = (source: string) =>
    assets.find(({ entryPoint }) => entryPoint.endsWith(source))?.file ?? missing(source);
  const shell = await readFile(join(here, 'ui/shell.html'), 'utf8');
  for (const [page, path] of Object.entries(PAGES)) {
    const html = shell
      .replace('{{style}}', `/assets/${assetOf('ui/ui.css')}`)
      .replace('{{script}}', `/assets/${assetOf(`${page}/main.tsx`)}`);
    await mkdir(join(outDir, path), { recursive: true });
    await writeFile(join(outDir, path, 'index.html'), html);
  }
  for (const name of await readdir(join(outDir, 'assets'))) {
    if (!assets.some(({ file }) => file === name)) await rm(join(outDir, 'assets', name));
  }
  return { metafile };
}

function missing(source: string): never {
  throw new Error(`${source} was not built`);
}
