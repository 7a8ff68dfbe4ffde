import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * The engines' scripts break a path at its spaces, and Erlang cannot read it where the locale knows no letters but
 * ASCII's. Of a folder with such a path they see a link in a plain place; they themselves stand there, since Erlang
 * follows links to itself.
 */

const PLAIN = /^[\w./-]+$/;

/** The folder itself, or a link to it. */
export function plainPath(folder: string): string {
  if (PLAIN.test(folder)) return folder;
  const place = plainPlace();
  for (const name of readdirSync(place)) {
    if (name.startsWith('to-') && !existsSync(join(place, name))) rmSync(join(place, name), { force: true });
  }
  const link = join(place, `to-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  const fresh = `${link}.${process.pid}`;
  symlinkSync(folder, fresh);
  renameSync(fresh, link);
  return link;
}

/** Where the engines of a folder stand: there, or in a plain place, which then all folders share. */
export const plainEngines = (folder: string): string => (PLAIN.test(folder) ? folder : join(plainPlace(), 'engines'));

/** A folder that nobody but this user can change. */
function plainPlace(): string {
  const { uid } = userInfo();
  const home = join(homedir(), '.cache/ates');
  const place = PLAIN.test(home) ? home : join('/tmp', `ates-${uid}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const found = lstatSync(place);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${place} is not a folder of yours: remove it.`);
  chmodSync(place, 0o700);
  return place;
}
