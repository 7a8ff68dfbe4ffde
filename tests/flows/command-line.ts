import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { askControl } from '../../local/control.ts';
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

const dataDir = () => process.env.ATES_TEST_DATA ?? '';

/** Resolves when the part is gone. When the test ends it is started again, whatever was found: the others need it too. */
export async function stopPart(name: string): Promise<void> {
  onTestFinished(() => startPart(name));
  await askControl(dataDir(), 'stop', name);
}

/** Resolves when the part is ready, also where it runs already. */
export async function startPart(name: string): Promise<void> {
  await askControl(dataDir(), 'start', name);
}

/** Resolves when the part is gone; it is started again by itself. */
export async function killPart(name: string): Promise<void> {
  await askControl(dataDir(), 'kill', name);
}
