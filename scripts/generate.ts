import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from '#contracts/register';
import type { FunctionHandler } from '#platform/define-function';
import { nginxRoutes, nginxUpstreams } from '../nginx/routes.ts';
import { asyncapiOf, catalogueOf, eventsTable } from './asyncapi.ts';
import { boardOf } from './board.ts';
import { bundles, isHandler, root } from './build.ts';
import { openapiOf } from './openapi.ts';

/**
 * The definitions of all functions, and of connectors that serve REST as they do, loaded from their sources: one source
 * for routes, documents and tests.
 */
export async function definitions(): Promise<FunctionHandler['definition'][]> {
  const handlers = (await bundles()).filter(isHandler);
  const loaded = handlers.map(({ entry }) => import(join(root, entry)) as Promise<{ default: FunctionHandler }>);
  return (await Promise.all(loaded)).map((module) => module.default.definition);
}

/** The generated files: path and content. */
export async function generated(): Promise<Map<string, string>> {
  const all = await definitions();
  const files = new Map<string, string>();
  const routes = all.flatMap(({ name, http = [] }) =>
    http.flatMap(({ method, path, roles }) =>
      path.startsWith('/api/') ? [{ method, path, function: name, inside: roles === 'service' }] : [],
    ),
  );
  const { maps, locations } = nginxRoutes(routes);
  files.set('nginx/maps.conf', maps);
  files.set('nginx/routes.conf', locations);
  files.set('nginx/upstreams.conf', nginxUpstreams(routes));
  for (const service of new Set(all.map(({ name }) => name.split('-')[0] as string))) {
    const own = all.filter(({ name }) => name === service || name.startsWith(`${service}-`));
    files.set(`docs/openapi/${service}.json`, `${JSON.stringify(openapiOf(service, own), null, 2)}\n`);
  }
  const catalogue = catalogueOf(register);
  files.set('docs/asyncapi.json', `${JSON.stringify(asyncapiOf(catalogue), null, 2)}\n`);
  files.set('docs/events.md', eventsTable(catalogue));
  files.set('deploy/observe/grafana/ates.json', `${JSON.stringify(boardOf(), null, 2)}\n`);
  return files;
}

/** Writes what is generated; with `--check` only compares, and names what is not current. */
async function main(): Promise<void> {
  const stale: string[] = [];
  for (const [path, content] of await generated()) {
    const file = join(root, path);
    if ((await readFile(file, 'utf8').catch(() => null)) === content) continue;
    stale.push(path);
    if (process.argv.includes('--check')) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  if (stale.length === 0) return;
  if (!process.argv.includes('--check')) return console.log(`generated ${stale.join(', ')}`);
  console.error(`Not current: ${stale.join(', ')}. Run npm run generate and commit the result.`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
