import { setTimeout as pause } from 'node:timers/promises';
import { stop as stopEsbuild } from 'esbuild';
import { demoUsers } from '../functions/auth/db/demo-users.ts';
import { serveControl } from './control.ts';
import { fillDemo } from './demo.ts';
import { StillStopping } from './processes.ts';
import { System } from './system.ts';
import { watchSources } from './watch.ts';

/** `npm start [-- --fresh --demo]`, and `npm run dev`, which also rebuilds and restarts what a saved file touches. */

const flags = process.argv.slice(2);
const unknown = flags.filter((flag) => !['--fresh', '--demo', '--watch'].includes(flag));
if (unknown.length > 0) {
  console.error(
    `Unknown flag ${unknown.join(', ')}. There are --fresh (begin empty), --demo (with a company's six weeks) and --watch.`,
  );
  process.exit(2);
}

const lost = ['--fresh', '--demo', '--watch'].filter(
  (flag) => process.env[`npm_config_${flag.slice(2)}`] && !flags.includes(flag),
);
if (lost.length > 0) {
  console.error(`npm has kept ${lost.join(' ')} for itself: write npm start -- ${lost.join(' ')}`);
  process.exit(2);
}

let system: System | null = null;
let control: { close(): void } | null = null;
let stopping = false;
const began = performance.now();
const ONE_PRESS_MS = 500;
/** A system that is just being stopped needs as long. */
const OTHERS_END_MS = 40_000;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (system) console.log('Stopping ... (a second Ctrl-C ends everything at once)');
  control?.close();
  await Promise.all([system?.stop(), stopEsbuild()]);
  process.exit(code);
}
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
process.on('disconnect', () => void stop(0)); // npm start was killed
process.stdout.on('error', () => undefined); // whoever read it is gone
let interruptedAt = 0;
process.on('SIGINT', () => {
  // One Ctrl-C may come several times: from the terminal, and from npm.
  if (interruptedAt > 0 && Date.now() - interruptedAt > ONE_PRESS_MS) {
    system?.kill();
    process.exit(1);
  }
  interruptedAt ||= Date.now();
  void stop(0);
});

try {
  const watch = flags.includes('--watch');
  const fresh = flags.includes('--fresh');
  let isWaiting = false;
  for (const deadline = Date.now() + OTHERS_END_MS; !system && !stopping; ) {
    try {
      system = new System({ fresh, watch, say: (line) => console.log(`  ${line}`) });
    } catch (error) {
      if (!(error instanceof StillStopping) || Date.now() > deadline) throw error;
      if (!isWaiting) console.log(`  ${error.message}: waiting for its end`);
      isWaiting = true;
      await pause(200);
    }
  }
  if (!system) throw new Error('stopped');
  const run = await system.start();
  control = await serveControl(system);
  if (flags.includes('--demo')) await fillDemo(system, run, (line) => console.log(`  ${line}`));
  if (watch) watchSources(system);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`\nATES runs at ${run.url}  (ready in ${seconds} s; Ctrl-C stops it)`);
  console.log(`Its letters arrive at ${run.inboxUrl}, its payouts at the sandbox bank ${run.bankUrl}\n`);
  if (process.env.ATES_DEMO !== 'off') {
    console.log(`Sign in with the password ${run.demoPassword} as`);
    for (const { email, name, role } of demoUsers) console.log(`  ${role.padEnd(10)} ${email.padEnd(24)} ${name}`);
  }
} catch (error) {
  if (!stopping) console.error(`\n${(error as Error).message}`);
  await stop(1);
}
