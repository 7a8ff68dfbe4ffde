import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Run, System } from '../../local/system.ts';
import { Visitor } from '../flows/visitor.ts';
import { type Books, readBooks } from '../money/books.ts';
import { type DayBounds, findings, findingsAtRest } from '../money/check.ts';
import { effectsOf, type Sent } from './load.ts';

/**
 * A company under load in days of 20 s, while parts are killed and stopped and bank and mail server misbehave: rounds
 * of load with a fault about every two seconds, healed, brought to rest, and judged by the independent checker.
 */

const ROUNDS = 3;
const ROUND_MS = 40_000;
const DAY_MS = 20_000;
const REST_MS = 150_000;
/** So long before or after a hit a letter may have gone out whose answer it took: it may be under way for 10 s. */
const UNDER_WAY_MS = 12_000;

/** Killed, and started again by the starter; the pause is how long it may take until they are ready. */
const KILLED = [
  ...['tasks-add', 'tasks-close', 'tasks-assign', 'accounts-record', 'accounts-close-day', 'billing-pay-out'],
  ...['mailer-send', 'analytics-aggregate', 'auth-api', 'outbox', 'queue', 'timer', 'nginx', 'mail', 'bank'],
] as const;
/** Stopped in the middle of whatever they do, and gone on with. */
const PAUSED = ['outbox', 'queue', 'accounts-record', 'accounts-close-day', 'billing-pay-out', 'mailer-send'] as const;
/**
 * Once a round longer than others wait for it: payouts are leased for 10 s and letters for 30 s, a call to a function
 * ends after 20 s, and what goes on then has lost what it held.
 */
const LONG_PAUSES = [
  { name: 'billing-pay-out', ms: 14_000 },
  { name: 'mailer-send', ms: 34_000 },
  { name: 'accounts-record', ms: 25_000 },
] as const;
const BANK = ['refuse', 'timeout-before', 'timeout-after', 'error-before', 'error-after', 'slow'] as const;
const MAIL = ['refuse-4xx', 'lose-answer'] as const;

let system: System;
let run: Run;
let bounds: DayBounds;

beforeAll(async () => {
  const { ATES_PORT: _port, ...env } = process.env;
  const settings = { ATES_RATE_LIMIT: '0', ATES_DAY_LENGTH: `${DAY_MS / 1_000}s`, ATES_LOG_LEVEL: 'warn' };
  system = new System({ dataDir: '.ates/test-campaign', fresh: true, env: { ...env, ...settings } });
  run = await system.start();
  process.env.ATES_TEST_URL = run.url;
  process.env.ATES_TEST_DATA = system.dataDir;
  const { dayStart } = JSON.parse(readFileSync(join(system.dataDir, 'settings.json'), 'utf8')) as { dayStart: string };
  const sqlOf = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
  bounds = (date) => {
    const start = Date.parse(dayStart) + ((Date.parse(date) - Date.parse('2000-01-01')) / 86_400_000) * DAY_MS;
    return { start: sqlOf(start), end: sqlOf(start + DAY_MS) };
  };
}, 180_000);
afterAll(() => system?.stop(), 120_000);

const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(Math.random() * choices.length)] as T;

/** Sends a command until there is a clear answer, always with the same key; null: there was none in time. */
async function insist(visitor: Visitor, path: string, body: object, patienceMs = 40_000) {
  const headers = { 'idempotency-key': randomUUID() };
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const answer = await visitor.send('POST', path, body, headers).catch(() => null);
    if (answer && ![401, 429, 502, 503, 504].includes(answer.status)) return answer;
    await pause(100);
  }
  return null;
}

interface Load {
  stop(): Promise<Sent[]>;
}

/** Two managers add tasks, one of them gives all of them out anew now and then; five workers close what they have. */
async function load(): Promise<Load> {
  let going = true;
  const sent: Sent[] = [];
  const managers = await Promise.all([1, 2].map(() => Visitor.signIn('manager')));
  const workers = await Promise.all([1, 2, 3, 4, 5].map((n) => Visitor.signIn(`worker${n}`)));
  const adding = managers.map(async (manager) => {
    while (going) {
      const key = randomUUID();
      const answer = await insist(manager, '/api/tasks', { title: key });
      sent.push({ key, taskId: answer?.status === 201 ? answer.body.id : null });
      await pause(60);
    }
  });
  const reassigning = (async () => {
    while (going) {
      await pause(7_000);
      await insist(managers[0] as Visitor, '/api/tasks/reassignments', {});
    }
  })();
  const closing = workers.map(async (worker) => {
    while (going) {
      const { body } = await worker.get('/api/tasks?assignee=me&status=open&limit=10').catch(() => ({ body: null }));
      for (const { id } of body?.items ?? []) await insist(worker, `/api/tasks/${id}/close`, {}, 10_000);
      await pause(300);
    }
  });
  return {
    async stop() {
      going = false;
      await Promise.all([...adding, reassigning, ...closing]);
      return sent;
    },
  };
}

const misbehave = (url: string, mode: string, share: number) =>
  fetch(`${url}/faults`, { method: 'PUT', body: JSON.stringify({ mode, share }), signal: AbortSignal.timeout(3_000) });

type LongPause = (typeof LONG_PAUSES)[number];

const pauses = new Map<string, Promise<void>>();

/** Stops a process where it stands and lets it go on later; false: it is not there, or stopped already. */
function pauseFor(name: string, ms: number): boolean {
  const pid = system.parts.get(name)?.pid;
  if (!pid || pauses.has(name)) return false;
  process.kill(pid, 'SIGSTOP');
  const from = Date.now();
  const over = pause(ms).then(() => {
    pauses.delete(name);
    if (name === 'mailer-send') hits.push({ from, to: Date.now() });
    if (system.parts.get(name)?.pid === pid) process.kill(pid, 'SIGCONT');
  });
  pauses.set(name, over);
  return true;
}

/** Answers that the mail server has lost on purpose, by its own count; it begins anew with each of its processes. */
let lostBefore = 0;
let lostNow = 0;
async function countLostAnswers({ isAnew = true } = {}): Promise<number> {
  const answer = await fetch(`${run.inboxUrl}/faults`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
  if (answer?.ok) lostNow = ((await answer.json()) as { answersLost: number }).answersLost;
  const lost = lostBefore + lostNow;
  if (isAnew) [lostBefore, lostNow] = [lost, 0];
  return lost;
}

/** When something was hit that can forget that a letter has gone out. */
const hits: { from: number; to: number }[] = [];
const HIT = ['mailer-send', 'mail', 'database'];

/** Messages that came again, with a hit between them and the ones before: the others are lost answers. */
function secondByHit({ messages }: Books): number {
  const copies = Map.groupBy(messages, ({ messageId }) => messageId).values();
  return [...copies].reduce((sum, own) => {
    const at = own.map((message) => Date.parse(message.at)).sort((a, b) => a - b);
    const isByHit = (time: number, index: number) =>
      index > 0 && hits.some(({ from, to }) => from <= time && to >= (at[index - 1] as number) - UNDER_WAY_MS);
    return sum + at.filter(isByHit).length;
  }, 0);
}

/** One fault, healed by itself; told by its name. */
async function fault(round: number, index: number): Promise<string> {
  const kind = index % 5;
  if (kind === 0) {
    const mode = oneOf(BANK);
    await misbehave(run.bankUrl, mode, 0.4).catch(() => null);
    return `bank ${mode}`;
  }
  if (kind === 1) {
    const mode = oneOf(MAIL);
    await misbehave(run.inboxUrl, mode, 0.4).catch(() => null);
    return `mail ${mode}`;
  }
  if (kind === 2) {
    const { name, ms } =
      index === 2 ? (LONG_PAUSES[round - 1] as LongPause) : { name: oneOf(PAUSED), ms: 1_000 + Math.random() * 3_000 };
    const didPause = pauseFor(name, ms);
    return `${didPause ? 'paused' : 'no pause of'} ${name}${didPause && ms > 4_000 ? ' for long' : ''}`;
  }
  // Once a round each of the engines.
  const name = index === 8 ? 'broker' : index === 13 ? 'database' : oneOf(KILLED);
  if (name === 'mail') await countLostAnswers(); // its count ends with it
  system.parts.get(name)?.kill();
  if (HIT.includes(name)) hits.push({ from: Date.now(), to: Date.now() });
  return `killed ${name} in round ${round}`;
}

it(`${ROUNDS} rounds of load and faults in days of 20 s lose nothing, double nothing and pay nobody wrong`, async () => {
  const injected: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const people = await load();
    const until = performance.now() + ROUND_MS;
    for (let index = 0; performance.now() < until; index += 1) {
      injected.push(await fault(round, index));
      await pause(1_500 + Math.random() * 1_000);
    }
    await Promise.all(pauses.values()); // what was paused goes on
    await Promise.all([...system.parts.values()].map((part) => part.start()));
    await misbehave(run.bankUrl, 'none', 0);
    await misbehave(run.inboxUrl, 'none', 0);
    const sent = await people.stop();

    const lostAnswers = await countLostAnswers({ isAnew: false });
    let found: object[] = [];
    const deadline = performance.now() + REST_MS;
    do {
      await pause(1_000);
      const books = await readBooks(run);
      expect(findings(books, bounds)).toEqual([]); // at any moment, also on the way to rest
      found = findingsAtRest(books, { extraMessages: lostAnswers + secondByHit(books) });
    } while (found.length > 0 && performance.now() < deadline);
    expect(found, `round ${round}`).toEqual([]);
    await effectsOf(sent);
    const clear = sent.filter(({ taskId }) => taskId !== null).length;
    expect(clear).toBeGreaterThan(50);
    const books = await readBooks(run);
    const { days, journal, mails, messages, transactions } = books;
    console.log(
      `round ${round}: ${clear} of ${sent.length} tasks acknowledged; in all ${transactions.length} postings, ` +
        `${days.length} days closed, ${journal.length} transfers, ${mails.length} letters in ${messages.length} messages; ` +
        `${lostAnswers} answers of the mail server lost, ${secondByHit(books)} messages again by a hit`,
    );
  }
  const byKind = Map.groupBy(injected, (name) => name.replace(/ in round \d+/, ''));
  console.log([...byKind].map(([name, { length }]) => `${name}: ${length}`).join(', '));
});
