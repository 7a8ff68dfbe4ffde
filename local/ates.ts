import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import mysql from 'mysql2/promise';
import { addAdmin } from '../functions/auth/db/first-admin.ts';
import { root } from '../scripts/build.ts';
import { askControl, isAction, type PartStatus, stopAll } from './control.ts';
import { DEAD_USAGE, dead } from './dead-letters.ts';
import { RESEND_USAGE, resend } from './resend.ts';
import type { Run } from './system.ts';
import { TRACE_USAGE, trace } from './trace.ts';

/** `npm run ates -- COMMAND`, on the system of `ATES_DATA_DIR`. */

const USAGE = [
  'Usage: npm run ates -- status | stop [PART] | start PART | kill PART | logs PART | create-admin EMAIL',
  ...[...DEAD_USAGE, RESEND_USAGE, TRACE_USAGE].map((line) => `       npm run ates -- ${line}`),
].join('\n');

/** What its driver says then. */
const DATABASE_AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST']);

const [command = '', ...args] = process.argv.slice(2);
const [part = '', ...more] = args;
const folder = process.env.ATES_DATA_DIR ?? '.ates';
const dataDir = isAbsolute(folder) ? folder : join(root, folder);

try {
  if (['--help', '-h', 'help'].includes(command)) console.log(USAGE);
  else if (command === 'dead') await dead(args, await running(), dataDir);
  else if (command === 'resend') await resend(args, await running());
  else if (command === 'trace') await trace(args, await running(), dataDir);
  else if (command === 'stop' && args.length === 0) await stopAll(dataDir);
  else if (more.length > 0 || (command === 'status') !== (part === '')) throw new RangeError(USAGE);
  else if (isAction(command)) show(await askControl(dataDir, command, part));
  else if (command === 'create-admin') await createAdmin(part);
  else if (command === 'logs') showLog(part);
  else throw new RangeError(USAGE);
} catch (error) {
  const code = (error as { code?: string }).code ?? '';
  console.error(DATABASE_AWAY.has(code) ? 'The database is away.' : (error as Error).message);
  const isMisused = error instanceof RangeError || /^ERR_PARSE_ARGS/.test(code);
  process.exitCode = isMisused ? 2 : 1;
}

/** What run.json says; whoever has the data folder may do anything anyhow. */
async function running(): Promise<Run> {
  await askControl(dataDir, 'status'); // it says what to do where nothing runs
  return JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as Run;
}

function show(parts: readonly PartStatus[]): void {
  for (const { name, state, pid, url } of parts) {
    if (part && name !== part) continue;
    console.log(`${name.padEnd(20)} ${state.padEnd(9)} ${String(pid ?? '-').padStart(8)}  ${url}`);
  }
}

async function createAdmin(email: string): Promise<void> {
  const connection = await mysql.createConnection({
    uri: (await running()).databases.auth ?? '',
    connectTimeout: 5_000,
  });
  try {
    console.log(`${email} is an admin now, with the password ${await addAdmin(connection, email)}`);
  } finally {
    await connection.end();
  }
}

function showLog(name: string): void {
  const file = join(dataDir, 'log', `${name}.log`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) throw new RangeError(`There is no log of a part ${name}.`);
  spawn('tail', ['-n', '200', ...(process.stdout.isTTY ? ['-f'] : []), file], { stdio: 'inherit' });
}
