import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { build, root } from './build.ts';

const file = join(root, 'dist/connectors/timer/main.js');

it('a build never writes into a file that a process may have loaded: it is replaced, or left as it is', async () => {
  await build({ only: ['timer'] });
  const built = readFileSync(file, 'utf8');
  const { ino } = statSync(file);
  await build({ only: ['timer'] });
  expect(statSync(file).ino).toBe(ino); // the same again is left alone

  writeFileSync(file, 'an older one');
  const loaded = openSync(file, 'r');
  await build({ only: ['timer'] });
  expect(readFileSync(loaded, 'utf8')).toBe('an older one');
  expect(readFileSync(file, 'utf8')).toBe(built);
  closeSync(loaded);
});
