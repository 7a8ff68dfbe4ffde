import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ANSWER_MS = 10_000;
const COMMAND_MS = 10 * 60_000;

/** Is there a Docker engine? What needs one is left out where none answers, and says so. */
export function engineAnswers(): boolean {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: ANSWER_MS });
  return asked.status === 0;
}

/** What a docker command prints. @throws Error with what it printed beside it. */
export async function docker(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { stdout } = await run('docker', args, { timeout: COMMAND_MS, maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout.trim();
}
