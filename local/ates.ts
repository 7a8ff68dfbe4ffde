import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { root } from '../scripts/build.ts';
import { askControl, isAction, type PartStatus } from './control.ts';

/** `npm run ates -- status | stop PART | start PART | kill PART | logs PART`, on the system of `ATES_DATA_DIR`. */

const USAGE = 'Usage: npm run ates -- status | stop PART | start PART | kill PART | logs PART';

const [command = '', part = '', ...more] = process.argv.slice(2);
const folder = process.env.ATES_DATA_DIR ?? '.ates';
const dataDir = isAbsolute(folder) ? folder : join(root, folder);

const needsPart = command !== 'status';
if (more.length > 0 || (!isAction(command) && command !== 'logs') || needsPart !== (part !== '')) {
  console.error(USAGE);
  process.exit(2);
}

try {
  if (isAction(command)) show(await askControl(dataDir, command, part));
  else showLog(part);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}

function show(parts: readonly PartStatus[]): void {
  for (const { name, state, pid, url } of parts) {
    if (part && name !== part) continue;
    console.log(`${name.padEnd(18)} ${state.padEnd(9)} ${String(pid ?? '-').padStart(8)}  ${url}`);
  }
}

function showLog(name: string): void {
  const file = join(dataDir, 'log', `${name}.log`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) throw new RangeError(`There is no log of a part ${name}.`);
  spawn('tail', ['-n', '200', ...(process.stdout.isTTY ? ['-f'] : []), file], { stdio: 'inherit' });
}
