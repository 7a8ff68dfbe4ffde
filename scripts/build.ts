import { globSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as esbuild, type Metafile } from 'esbuild';
import { parse } from 'yaml';
import { buildWeb } from '../web/build.ts';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Bundle {
  /** The part's name, as in stack.yml or under functions/connectors; `migrate` for the migrations. */
  readonly name: string;
  readonly entry: string;
  readonly outfile: string;
  readonly kind: 'function' | 'connector' | 'migrate';
}

/** Everything that becomes a bundle of its own; a function's source folder follows from its name. */
export async function bundles(): Promise<Bundle[]> {
  const stack = parse(await readFile(join(root, 'stack.yml'), 'utf8')) as { functions: Record<string, unknown> };
  const functions = Object.keys(stack.functions).map((name): Bundle => {
    const [service, ...operation] = name.split('-');
    return {
      name,
      entry: `functions/${service}/${operation.join('-')}/handler.ts`,
      outfile: `dist/functions/${name}/handler.js`,
      kind: 'function',
    };
  });
  const connectors = globSync('functions/connectors/*/main.ts', { cwd: root }).map((entry): Bundle => {
    const name = basename(dirname(entry));
    return { name, entry, outfile: `dist/connectors/${name}/main.js`, kind: 'connector' };
  });
  const migrate: Bundle = {
    name: 'migrate',
    entry: 'scripts/migrate.ts',
    outfile: 'dist/migrate/main.js',
    kind: 'migrate',
  };
  return [...functions, ...connectors, migrate];
}

/**
 * Bundles functions, connectors, migrations and pages into dist/, each with the metafile that says what is in it.
 * @param only names of bundles, or `web`; everything if left out.
 */
export async function build({ only }: { only?: readonly string[] } = {}): Promise<void> {
  const wanted = (name: string) => !only || only.includes(name);
  const made = (await bundles()).filter(({ name }) => wanted(name));
  await Promise.all([...made.map(bundle), ...(wanted('web') ? [pages()] : [])]);
}

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function bundle({ name, entry, outfile, kind }: Bundle): Promise<void> {
  const folder = join(root, dirname(outfile));
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // An OpenFaaS handler is a CommonJS module, and the module itself, not its default export. The others are ES
    // modules, since they await at the top; the packages in them still call `require`.
    ...(kind === 'function'
      ? { format: 'cjs', footer: { js: 'module.exports = module.exports.default;' } }
      : { format: 'esm', banner: { js: REQUIRE } }),
    loader: { '.node': 'copy' },
    logLevel: 'warning',
    metafile: true,
  });
  await writeMeta(folder, metafile);
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, private: true, type: kind === 'function' ? 'commonjs' : 'module', main: basename(outfile) })}\n`,
  );
  if (kind === 'migrate') await copyMigrations(folder);
}

async function pages(): Promise<void> {
  const outDir = join(root, 'dist/web');
  const { metafile } = await buildWeb({ outDir, minify: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist/web.meta.json'), JSON.stringify(metafile));
}

/** The SQL of each service stands beside the bundle that runs it: `<service>/*.sql`, `meta/`, `grants.sql`. */
async function copyMigrations(folder: string): Promise<void> {
  for (const path of globSync('functions/*/db/{migrations/**/*.{sql,json},grants.sql}', { cwd: root })) {
    const [, service = '', , ...rest] = path.split('/');
    await cp(join(root, path), join(folder, service, ...rest), { recursive: true });
  }
}

const writeMeta = (folder: string, metafile: Metafile) =>
  writeFile(join(folder, 'meta.json'), JSON.stringify(metafile));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  await build({ ...(process.argv.length > 2 ? { only: process.argv.slice(2) } : {}) });
  console.log(`built in ${Math.round(performance.now() - began)} ms`);
}
