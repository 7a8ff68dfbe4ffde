import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What faas-cli 0.18 leaves out of a handler's folder. */
const LEFT_OUT = ['build', 'template'];

/**
 * Lays out what `faas-cli build` hands to docker, as version 0.18 does: the template's files, and over the sample in
 * the handler folder each entry of the handler's own; folders that only their owner may read.
 */
export function layOut(template: string, handler: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const functionFolder = join(target, 'function');
  mkdirSync(functionFolder, { recursive: true });
  cpSync(template, target, { recursive: true });
  for (const entry of readdirSync(handler).filter((name) => !LEFT_OUT.includes(name))) {
    cpSync(join(handler, entry), join(functionFolder, entry), { recursive: true });
  }
  chmodSync(functionFolder, 0o700);
  chmodSync(target, 0o700);
}
