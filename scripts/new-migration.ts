import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.ts';

/** `npm run new:migration -- tasks add_priority`: what is different in the service's schema.ts, as SQL for both engines. */

const [service = '', name = '', ...more] = process.argv.slice(2);
const folder = join('functions', service, 'db');
if (more.length > 0 || !/^[a-z]+$/.test(service) || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run new:migration -- <service> <what_changes>');
  process.exit(2);
}
if (!existsSync(join(root, folder, 'schema.ts'))) {
  console.error(`${folder}/schema.ts is not there.`);
  process.exit(2);
}
const args = [
  'generate',
  '--dialect',
  'mysql',
  '--schema',
  join(folder, 'schema.ts'),
  '--out',
  join(folder, 'migrations'),
];
const { status } = spawnSync(join(root, 'node_modules/.bin/drizzle-kit'), [...args, '--name', name], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
