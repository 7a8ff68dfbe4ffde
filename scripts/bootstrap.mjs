// Runs under any Node: brings node_modules (with the pinned Node) up to the lock file, then hands over to that Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const NODE_MAJOR = 24;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.bootstrap');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(process.platform + process.arch)
  .digest('hex');
// npm ci removes .bin/node while it runs: it must not be the Node that runs it.
const outside = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== bin)
  .join(delimiter);

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing dependencies (once) ...');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const how = { cwd: root, env: { ...process.env, PATH: outside }, stdio: 'inherit', timeout: INSTALL_TIMEOUT_MS };
  const npm = process.env.npm_execpath;
  const done = npm ? spawnSync('node', [npm, ...args], how) : spawnSync('npm', args, how);
  if (done.status !== 0) {
    const why =
      done.error?.code === 'ETIMEDOUT' ? 'it took more than 10 minutes' : (done.error?.message ?? 'see above');
    console.error(
      `npm ci failed (${why}). Is npm installed and its registry reachable? Then run the same command again.`,
    );
    process.exit(done.status || 1);
  }
  writeFileSync(stamp, lock);
}

const pinned = join(bin, 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
const { stdout: version } = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
if (Number.parseInt(version, 10) < NODE_MAJOR) {
  console.error(
    `Node ${NODE_MAJOR} or later is needed, and npm has none for ${process.platform}-${process.arch}: please install it.`,
  );
  process.exit(1);
}

let args = process.argv.slice(2);
if (args[0] === '--bin') args = [join(bin, args[1]), ...args.slice(2)];
// The starter hears by the channel when this process is killed, and stops.
const stdio = args[0] === 'local/start.ts' ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
const child = spawn(node, args, {
  cwd: root,
  stdio,
  env: { ...process.env, PATH: bin + delimiter + outside },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl-C to the child as well.
  process.on(signal, () => (process.stdin.isTTY && signal === 'SIGINT') || child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
