import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildContext, type BuildOptions, context, build as esbuild, stop } from 'esbuild';
import { parse } from 'yaml';
import { buildWeb } from '../web/build.ts';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Bundle {
  /** The part's name, as in stack.yml or under functions/connectors or sandbox; or in setup/. */
  readonly name: string;
  readonly entry: string;
  readonly outfile: string;
  readonly kind: 'function' | 'connector' | 'sandbox' | 'setup';
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
  const connectors = globSync('functions/connectors/*/{main,handler}.ts', { cwd: root }).map((entry): Bundle => {
    const name = basename(dirname(entry));
    return { name, entry, outfile: `dist/connectors/${name}/${basename(entry, '.ts')}.js`, kind: 'connector' };
  });
  const sandbox = globSync('sandbox/*/main.ts', { cwd: root }).map((entry): Bundle => {
    const name = basename(dirname(entry));
    return { name, entry, outfile: `dist/sandbox/${name}/main.js`, kind: 'sandbox' };
  });
  const setup = ['migrate', 'create-admin', 'container-secrets'].map(
    (name): Bundle => ({ name, entry: `setup/${name}.ts`, outfile: `dist/setup/${name}/main.js`, kind: 'setup' }),
  );
  return [...functions, ...connectors, ...sandbox, ...setup];
}

/** A handler is run by the template's entry point; the others are programs of their own. */
export const isHandler = ({ entry }: Bundle): boolean => basename(entry) === 'handler.ts';

/**
 * Bundles functions, connectors, migrations and pages into dist/, each with the metafile that says what is in it.
 * What was built before stays until the new is there: a system may be running on it.
 * @param only names of bundles, or `web`; everything if left out.
 * @param again the same bundles will be built again soon: esbuild keeps what it has read.
 */
export async function build({
  only,
  again = false,
}: {
  only?: readonly string[];
  again?: boolean;
} = {}): Promise<void> {
  const wanted = (name: string) => !only || only.includes(name);
  const made = (await bundles()).filter(({ name }) => wanted(name));
  await Promise.all([...made.map((one) => bundle(one, again)), ...(wanted('web') ? [pages()] : [])]);
  if (!again) await stop(); // esbuild's own process would keep 800 MB for as long as the system runs
}

const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const optionsOf = (made: Bundle) =>
  ({
    absWorkingDir: root,
    entryPoints: [made.entry],
    outfile: made.outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // An OpenFaaS handler is a CommonJS module, and the module itself, not its default export. The others are ES
    // modules, since they await at the top; the packages in them still call `require`.
    ...(isHandler(made)
      ? { format: 'cjs', footer: { js: 'module.exports = module.exports.default;' } }
      : { format: 'esm', banner: { js: REQUIRE } }),
    define: { ATES_VERSION: JSON.stringify(version) },
    loader: { '.node': 'copy' },
    logLevel: 'warning',
    metafile: true,
    write: false,
  }) satisfies BuildOptions;

const contexts = new Map<string, Promise<BuildContext<ReturnType<typeof optionsOf>>>>();

async function bundle(made: Bundle, again: boolean): Promise<void> {
  const { name, outfile } = made;
  const folder = join(root, dirname(outfile));
  const kept = contexts.get(name) ?? (again ? context(optionsOf(made)) : null);
  if (kept) contexts.set(name, kept);
  const { metafile, outputFiles } = kept ? await (await kept).rebuild() : await esbuild(optionsOf(made));
  await mkdir(folder, { recursive: true });
  await Promise.all(outputFiles.map(({ path, contents }) => replace(path, contents)));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(metafile));
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, private: true, type: isHandler(made) ? 'commonjs' : 'module', main: basename(outfile) })}\n`,
  );
  const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
  await removeOthers(folder, [...outputs, 'meta.json', 'package.json']);
  if (name === 'migrate') await copyMigrations(folder);
}

/**
 * Puts another file in the place of one, at once. Written into instead, a native library kills the processes that have
 * it loaded: another system that runs on this folder lost its sign-in that way.
 */
async function replace(path: string, contents: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => null);
  if (old && Buffer.compare(old, contents) === 0) return;
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, contents);
  await rename(fresh, path);
}

/** What an earlier build left under a name that is no longer used. */
async function removeOthers(folder: string, names: readonly string[]): Promise<void> {
  // A file that another build is about to put in its place is not old.
  const old = (await readdir(folder)).filter((name) => !names.includes(name) && !name.endsWith('.new'));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true })));
}

async function pages(): Promise<void> {
  const outDir = join(root, 'dist/web');
  const metafile = await buildWeb({ outDir, minify: true });
  await writeFile(join(root, 'dist/web.meta.json'), JSON.stringify(metafile));
}

/** The SQL of each service stands beside the bundle that runs it: `<service>/*.sql`, `meta/`, `grants.sql`. */
async function copyMigrations(folder: string): Promise<void> {
  for (const path of globSync('functions/*/db/{migrations/**/*.{sql,json},grants.sql}', { cwd: root })) {
    const [, service = '', , ...rest] = path.split('/');
    await cp(join(root, path), join(folder, service, ...rest), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  await build({ ...(process.argv.length > 2 ? { only: process.argv.slice(2) } : {}) });
  console.log(`built in ${Math.round(performance.now() - began)} ms`);
}
