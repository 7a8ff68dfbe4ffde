import { existsSync, type FSWatcher, globSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { build, root } from '../scripts/build.ts';
import type { System } from './system.ts';

const FOLDERS = ['contracts', 'platform', 'functions', 'template', 'sandbox', 'web', 'nginx'];
const GATHER_MS = 100; // editors write a file in several steps

/** Rebuilds what a saved file is part of, as the bundles' metafiles tell, and restarts just those parts. */
export function watchSources(system: System): void {
  const saved = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let busy = false;

  async function refresh(): Promise<void> {
    if (busy) return;
    busy = true;
    const files = [...saved].filter((file) => partsWith([file]).length > 0);
    saved.clear();
    const began = performance.now();
    try {
      const parts = partsWith(files);
      if (parts.length > 0) {
        await build({ only: parts, again: true });
        await Promise.all(
          parts.map(async (name) => {
            const part = system.parts.get(name);
            await part?.stop();
            await part?.start();
          }),
        );
        console.log(`${files.join(', ')}: ${parts.join(', ')} again in ${Math.round(performance.now() - began)} ms`);
      }
    } catch (error) {
      console.error((error as Error).message);
    }
    busy = false;
    if (saved.size > 0) void refresh();
  }

  // Folder by folder: a recursive watch loses a file that an editor replaces by another of its name.
  const watched = new Map<string, FSWatcher>();
  function watchFolder(folder: string): void {
    watched.get(folder)?.close(); // it was removed and made again
    const watcher = watch(join(root, folder), (_, name) => {
      if (!name || /\.test\.tsx?$|~$|^[.#]/.test(name)) return;
      const path = join(folder, name);
      if (statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory()) return watchFolder(path);
      saved.add(path);
      clearTimeout(timer);
      timer = setTimeout(() => void refresh(), GATHER_MS);
    });
    watcher.on('error', () => watcher.close());
    watched.set(folder, watcher);
  }
  for (const folder of globSync(
    FOLDERS.map((name) => `${name}/**/`),
    { cwd: root },
  ))
    watchFolder(join(folder));
}

/**
 * The bundles that hold one of the files; a page's style or HTML touches the pages, the entry point every function, and
 * routes that were generated nginx. What an editor had for a moment touches nothing: it is gone, and in no bundle.
 */
function partsWith(files: readonly string[]): string[] {
  const parts = new Set<string>();
  for (const meta of globSync('dist/{functions,connectors,sandbox}/*/meta.json', { cwd: root })) {
    const [, kind, name = ''] = meta.split('/');
    const { inputs } = JSON.parse(readFileSync(join(root, meta), 'utf8')) as { inputs: Record<string, unknown> };
    const usesTemplate = kind === 'functions' || name === 'ops';
    const touched = (file: string) => file in inputs || (usesTemplate && file.startsWith('template/'));
    if (files.some(touched)) parts.add(name);
  }
  const pages = JSON.parse(readFileSync(join(root, 'dist/web.meta.json'), 'utf8')) as {
    inputs: Record<string, unknown>;
  };
  const isPages = (file: string) => file in pages.inputs || (file.startsWith('web/') && existsSync(join(root, file)));
  if (files.some(isPages)) parts.add('web');
  if (files.some((file) => /^nginx\/[a-z]+\.conf$/.test(file))) parts.add('nginx');
  return [...parts];
}
