import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/build.ts';

/** `npm run ates -- ...` on the system under test. */
export function ates(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, ATES_DATA_DIR: process.env.ATES_TEST_DATA ?? '' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'local/ates.ts'), ...args],
      { env, timeout: 30_000 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}
