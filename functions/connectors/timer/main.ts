import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { Counter } from '#platform/metrics';
import { serveOperations } from '#platform/operations-server';
import { readSchedules, type Schedule } from './schedules.ts';

/**
 * The timer connector: pokes functions on their schedules, as OpenFaaS's cron-connector does. Its calls only bring
 * forward what is due; so what was missed is caught up by one poke: at the start, after a sleep, and, where a function
 * did not take its poke, as soon as it does.
 */

const CALL_TIMEOUT_MS = 10_000;
/** A longer pause is slept in parts, so that a clock that was set is noticed. */
const LONGEST_SLEEP_MS = 30_000;
/** A poke that was not taken is tried again; a nightly one must not wait for the next night. */
const AGAIN_FIRST_MS = 1_000;

const config = readConfig();
const log = createLog('timer', config.logLevel);
const schedules = readSchedules(config.stackFile, { shortDays: config.dayLengthMs !== null });
const stopping = new AbortController();
const pokes = new Counter({
  name: 'ates_timer_pokes_total',
  help: 'Calls by outcome.',
  labelNames: ['function', 'outcome'],
});

const operations = await serveOperations({ log, ready: async () => undefined });

async function keep(schedule: Schedule): Promise<void> {
  while (!stopping.signal.aborted) {
    let isTaken = await poke(schedule.function);
    let againMs = AGAIN_FIRST_MS;
    const due = schedule.next(new Date()).getTime();
    while (Date.now() < due && !stopping.signal.aborted) {
      const sleepMs = Math.min(isTaken ? LONGEST_SLEEP_MS : againMs, due - Date.now());
      await pause(sleepMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (isTaken || Date.now() >= due || stopping.signal.aborted) continue;
      isTaken = await poke(schedule.function);
      againMs = Math.min(LONGEST_SLEEP_MS, againMs * 2);
    }
  }
}

/** Whether the function has taken it. */
async function poke(name: string): Promise<boolean> {
  try {
    const response = await fetch(`${config.addressOf(name)}/`, {
      method: 'POST',
      headers: { 'x-topic': 'cron-function', 'x-connector': 'ates-timer' },
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    pokes.inc({ function: name, outcome: response.ok ? 'taken' : 'refused' });
    if (!response.ok) log.warn({ function: name, status: response.status }, 'poke refused');
    return response.ok;
  } catch (error) {
    if (stopping.signal.aborted) return false;
    pokes.inc({ function: name, outcome: 'lost' });
    log.warn({ function: name, err: error }, 'function away'); // the next poke finds the same work
    return false;
  }
}

process.once('SIGTERM', () => stopping.abort());
process.once('SIGINT', () => stopping.abort());
await Promise.all([
  ...schedules.map(keep),
  new Promise((resolve) => stopping.signal.addEventListener('abort', resolve)),
]);
await operations.close();
log.info('stopped');
process.exit(0);
