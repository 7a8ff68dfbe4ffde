import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { connect } from 'amqplib';
import autocannon from 'autocannon';
import mysql, { type Connection } from 'mysql2/promise';
import { v7 as uuidv7 } from 'uuid';
import { dataSchemaOf } from '#contracts/event';
import { freePort, until } from '../../local/processes.ts';
import { type Run, System } from '../../local/system.ts';
import { root } from '../../scripts/build.ts';
import { measureClose } from './close-day.ts';

/**
 * `npm run bench`: the slice against the raw database, broker and HTTP server, in one run on an empty system of its
 * own. Absolute figures say much about the machine; the ratios are what to compare.
 */

const CONNECTIONS = 20;
const SECONDS = 8;
const BACKLOG = 100_000;
const SAMPLES = 200;
const WORKERS = 50;
const OPEN_TASKS = 10_000;
const PAYEES = 10_000;

/** How long an answer may take: a bench that waits for ever tells nothing. */
const inTime = () => AbortSignal.timeout(30_000);

const system = new System({
  dataDir: '.ates/bench',
  fresh: true,
  env: { ...process.env, ATES_RATE_LIMIT: '0', ATES_LOG_LEVEL: 'warn' },
});
process.once('SIGINT', () => void system.stop().then(() => process.exit(1)));
try {
  const run = await system.start();
  const tasks = await mysql.createConnection({ uri: run.databases.tasks ?? '' });
  const accounts = await mysql.createConnection({ uri: run.databases.accounts ?? '' });
  const analytics = await mysql.createConnection({ uri: run.databases.analytics ?? '' });

  const entryPoint = await measureEntryPoint();
  const rawHttp = await measureRawHttp();
  const rawInserts = await measureRawInserts(run);
  const rawRows = await measureRawRows(accounts);
  const rawBroker = await measureRawBroker(run);
  const { perSecond: added, p50, p97, non2xx } = await measureAdding(run);
  await settled(tasks, accounts, analytics);
  const { recorded, counted } = await measureBacklog(tasks, accounts, analytics);
  const charge = await measureCharge(run, accounts);
  const closing = await measureClosing(run);
  const reassigned = await measureReassignment(run, tasks, accounts);
  const close = await measureClose(run, system.dataDir, PAYEES, await signIn(run, 'accountant'));

  const line = (name: string, value: number, unit: string, ratio = '') =>
    console.log(`${name.padEnd(58)} ${Math.round(value).toLocaleString('en').padStart(9)} ${unit.padEnd(9)} ${ratio}`);
  const percent = (value: number, of: number) => `${((100 * value) / of).toFixed(1)} %`;
  console.log(`\n${availableParallelism()} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
  line('a bare node:http process, POST of small JSON', entryPoint.bare, '/s');
  line(
    'the entry point with its sample function',
    entryPoint.ours,
    '/s',
    `${percent(entryPoint.ours, entryPoint.bare)} of bare`,
  );
  line(`raw: node:http POST, ${CONNECTIONS} connections`, rawHttp, '/s');
  line(`raw: one-row inserts, ${CONNECTIONS} connections`, rawInserts, '/s');
  line('raw: inserts of 500 rows, 1 connection', rawRows, 'rows/s');
  line('raw: publish, confirm, consume, ack of 600 bytes', rawBroker, '/s');
  line(
    `adding tasks through nginx, ${CONNECTIONS} connections`,
    added,
    '/s',
    `${percent(added, rawHttp)} of raw HTTP, ${percent(added, rawInserts)} of raw inserts`,
  );
  console.log(`  p50 ${p50} ms, p97.5 ${p97} ms, answers other than 2xx: ${non2xx}`);
  line(
    `events from ${BACKLOG.toLocaleString('en')} outbox rows to the ledger`,
    recorded,
    '/s',
    `${percent(recorded, rawRows)} of raw rows, ${percent(recorded, rawBroker)} of raw broker`,
  );
  line('the same events, until they are counted in the days too', counted, '/s');
  console.log(
    `from the click to the charge: p50 ${charge.p50} ms, p95 ${charge.p95} ms (${SAMPLES} tasks, one after another)`,
  );
  console.log(
    `from closing a task to the balance that its worker reads: p50 ${closing.p50} ms, p95 ${closing.p95} ms (${closing.samples} tasks)`,
  );
  console.log(
    `reassigning ${reassigned.tasks.toLocaleString('en')} open tasks: ${reassigned.job.toFixed(1)} s, ` +
      `to the last ledger row ${reassigned.ledger.toFixed(1)} s`,
  );
  console.log(
    `closing a day with ${close.payees.toLocaleString('en')} payees: last ledger row ${close.ledger.toFixed(1)} s, ` +
      `last answer of the bank ${close.bank.toFixed(1)} s, last letter ${close.letters.toFixed(1)} s`,
  );
  await Promise.all([tasks.end(), accounts.end(), analytics.end()]);
} finally {
  await system.stop();
}
process.exit(0);

/** Two processes that parse JSON and answer it, the second by the entry point; measured in turns, as the machine varies. */
async function measureEntryPoint(): Promise<{ bare: number; ours: number }> {
  const bare = `require('node:http').createServer((q, a) => { let b = ''; q.on('data', (c) => { b += c; }).on('end', () => {
    a.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ received: JSON.parse(b) })); }); })
    .listen(process.env.PORT, '127.0.0.1');`;
  const servers = [['--eval', bare], [join(root, 'template/ates-node/index.mjs')]].map(async (args) => {
    const port = await freePort();
    const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port) };
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}/`;
    await until('the server', 10_000, async () => (await fetch(url, { method: 'POST', body: '{}' })).ok);
    return { child, url, perSecond: 0 };
  });
  const [first, second] = (await Promise.all(servers)) as [Awaited<(typeof servers)[0]>, Awaited<(typeof servers)[0]>];
  const turns = 4;
  for (let turn = 0; turn < turns; turn += 1) {
    for (const server of [first, second]) {
      server.perSecond += (await cannon(server.url, {}, SECONDS / turns)).requests.average / turns;
    }
  }
  for (const { child } of [first, second]) child.kill();
  return { bare: first.perSecond, ours: second.perSecond };
}

/** A server in a thread that parses JSON and answers it, and nothing else. */
async function measureRawHttp(): Promise<number> {
  const server = new Worker(
    `const { createServer } = require('node:http'); const { parentPort } = require('node:worker_threads');
     createServer((q, a) => { let b = ''; q.on('data', (c) => { b += c; }).on('end', () => { const v = JSON.stringify(JSON.parse(b));
       a.writeHead(201, { 'content-type': 'application/json' }).end(v); }); }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  const { requests } = await cannon(`http://127.0.0.1:${port}/`, {});
  await server.terminate();
  return requests.average;
}

async function measureRawInserts(run: Run): Promise<number> {
  const pool = mysql.createPool({ uri: run.databases.tasks ?? '', connectionLimit: CONNECTIONS });
  await pool.query('CREATE TABLE bench_rows (id char(36) PRIMARY KEY, text varchar(500) NOT NULL)');
  const until = performance.now() + (SECONDS / 2) * 1_000;
  let rows = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < until) {
        await pool.execute('INSERT INTO bench_rows VALUES (?, ?)', [uuidv7(), 'x'.repeat(300)]);
        rows += 1;
      }
    }),
  );
  const perSecond = (rows * 1_000) / (performance.now() - began);
  await pool.query('DROP TABLE bench_rows');
  await pool.end();
  return perSecond;
}

async function measureRawRows(connection: Connection): Promise<number> {
  await connection.query('CREATE TABLE bench_rows (id char(36) PRIMARY KEY, text varchar(500) NOT NULL)');
  const began = performance.now();
  const batches = 100;
  for (let n = 0; n < batches; n += 1) {
    await connection.query('INSERT INTO bench_rows VALUES ?', [
      Array.from({ length: 500 }, () => [uuidv7(), 'x'.repeat(300)]),
    ]);
  }
  const perSecond = (batches * 500 * 1_000) / (performance.now() - began);
  await connection.query('DROP TABLE bench_rows');
  return perSecond;
}

/** Through a quorum queue, from publish to acknowledgement, with windows of 500. */
async function measureRawBroker(run: Run): Promise<number> {
  const connection = await connect(run.amqpUrl);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('bench', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.prefetch(1_000);
  const messages = 40_000;
  let taken = 0;
  const all = new Promise<void>((resolve) => {
    void channel.consume('bench', (message) => {
      if (!message) return;
      channel.ack(message);
      taken += 1;
      if (taken === messages) resolve();
    });
  });
  const body = Buffer.alloc(600, 'x');
  const began = performance.now();
  for (let sent = 0; sent < messages; sent += 500) {
    for (let n = 0; n < 500; n += 1) channel.sendToQueue('bench', body, { persistent: true });
    await channel.waitForConfirms();
  }
  await all;
  const perSecond = (messages * 1_000) / (performance.now() - began);
  await channel.deleteQueue('bench');
  await connection.close();
  return perSecond;
}

async function measureAdding(run: Run) {
  const cookie = await signIn(run);
  const { requests, latency, non2xx } = await cannon(`${run.url}/api/tasks`, { cookie });
  return { perSecond: requests.average, p50: latency.p50, p97: latency.p97_5, non2xx };
}

function cannon(url: string, headers: Record<string, string>, duration = SECONDS): Promise<autocannon.Result> {
  return autocannon({
    url,
    method: 'POST',
    connections: CONNECTIONS,
    duration,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ title: 'Пересчитать зёрна в кормушке', jiraId: 'ATES-1' }),
    requests: [
      { setupRequest: (request) => ({ ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } }) },
    ],
  });
}

/** Outbox rows as tasks-add writes them, all there before the connector starts. */
async function measureBacklog(tasks: Connection, accounts: Connection, analytics: Connection) {
  await system.parts.get('outbox')?.stop();
  const workers = Array.from({ length: WORKERS }, () => randomUUID());
  for (let n = 0; n < BACKLOG; n += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, i) => {
      const at = new Date();
      const [id, taskId, type] = [uuidv7(), uuidv7(), 'tasks.task-assigned.v2'];
      const data = {
        taskId,
        title: 'Пересчитать зёрна в кормушке',
        jiraId: 'ATES-1',
        userId: workers[(n + i) % WORKERS],
        feeCents: 1_500,
        rewardCents: 3_000,
        version: 1,
      };
      const traceparent = `00-${randomUUID().replaceAll('-', '')}-00f067aa0ba902b7-01`;
      const envelope = {
        specversion: '1.0',
        id,
        source: 'ates/tasks',
        type,
        time: at.toISOString(),
        subject: taskId,
        datacontenttype: 'application/json',
        dataschema: dataSchemaOf(type),
        traceparent,
        data,
      };
      return [id, type, JSON.stringify(envelope), at, at];
    });
    await tasks.query('INSERT INTO outbox (id, type, envelope, created_at, try_after) VALUES ?', [rows]);
  }
  await tasks.query('UPDATE outbox SET try_after = UTC_TIMESTAMP(3) WHERE sent_at IS NULL');
  const before = await count(accounts, 'transactions');
  const began = performance.now();
  await system.parts.get('outbox')?.start();
  const perSecondUntil = async (connection: Connection, table: string) => {
    await reaches(connection, table, before + BACKLOG);
    return (BACKLOG * 1_000) / (performance.now() - began);
  };
  const [recorded, counted] = await Promise.all([
    perSecondUntil(accounts, 'transactions'),
    perSecondUntil(analytics, 'facts'),
  ]);
  return { recorded, counted };
}

/** From sending the command to the row that a reader of the ledger can see. */
async function measureCharge(run: Run, accounts: Connection): Promise<{ p50: number; p95: number }> {
  const headers = { cookie: await signIn(run), 'content-type': 'application/json' };
  const took: number[] = [];
  for (let n = 0; n < SAMPLES; n += 1) {
    const began = performance.now();
    const response = await fetch(`${run.url}/api/tasks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ title: `Sample ${n}` }),
      signal: inTime(),
    });
    const { id } = (await response.json()) as { id: string };
    for (;;) {
      const [rows] = await accounts.query('SELECT 1 FROM transactions WHERE task_id = ?', [id]);
      if ((rows as unknown[]).length > 0) break;
      if (performance.now() - began > 10_000) throw new Error(`task ${id} was not charged within 10 s`);
    }
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { p50: Math.round(took[SAMPLES / 2] ?? 0), p95: Math.round(took[Math.floor(SAMPLES * 0.95)] ?? 0) };
}

/** From the worker's command to an answer of accounts-api with the reward in the balance. */
async function measureClosing(run: Run): Promise<{ p50: number; p95: number; samples: number }> {
  const took: number[] = [];
  for (let n = 1; n <= 5; n += 1) {
    const headers = { cookie: await signIn(run, `worker${n}`), 'content-type': 'application/json' };
    const read = async (path: string) => (await fetch(`${run.url}${path}`, { headers, signal: inTime() })).json();
    const { items } = await read('/api/tasks?assignee=me&status=open&limit=40');
    for (const { id, rewardCents } of items) {
      const { balanceCents } = await read('/api/accounts/me');
      const began = performance.now();
      await fetch(`${run.url}/api/tasks/${id}/close`, { method: 'POST', headers, body: '{}', signal: inTime() });
      while ((await read('/api/accounts/me')).balanceCents !== balanceCents + rewardCents) {
        if (performance.now() - began > 10_000) throw new Error(`task ${id} earned nothing within 10 s`);
      }
      took.push(performance.now() - began);
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.floor(took.length * share)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), samples: took.length };
}

/** All open tasks, brought up to the wanted number first. */
async function measureReassignment(run: Run, tasks: Connection, accounts: Connection) {
  const open = await count(tasks, "tasks WHERE status = 'open'");
  const [[{ user_id: userId }]] = (await tasks.query('SELECT user_id FROM tasks LIMIT 1')) as unknown as [
    [{ user_id: string }],
  ];
  for (let left = OPEN_TASKS - open; left > 0; left -= 1_000) {
    const at = new Date(Date.now() - 60_000);
    const rows = Array.from({ length: Math.min(1_000, left) }, () => {
      return [uuidv7(), 'Bench', '', 'open', userId, 1_500, 3_000, userId, at, at, 1];
    });
    await tasks.query(
      'INSERT INTO tasks (id, title, description, status, user_id, fee, reward, created_by, created_at, assigned_at, version) VALUES ?',
      [rows],
    );
  }
  const headers = { cookie: await signIn(run), 'content-type': 'application/json' };
  const before = await count(accounts, 'transactions');
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const answer = await fetch(`${run.url}/api/tasks/reassignments`, {
    method: 'POST',
    headers,
    body: '{}',
    signal: inTime(),
  });
  const { id, total } = (await answer.json()) as { id: string; total: number };
  const isDone = async () => {
    const job = await (await fetch(`${run.url}/api/tasks/reassignments/${id}`, { headers, signal: inTime() })).json();
    return job.state === 'done';
  };
  while (!(await isDone())) {
    if (seconds() > 180) throw new Error(`the reassignment ${id} was not done within 180 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const job = seconds();
  await reaches(accounts, 'transactions', before + total);
  return { tasks: total, job, ledger: seconds() };
}

async function signIn(run: Run, name = 'manager'): Promise<string> {
  const body = JSON.stringify({ email: `${name}@ates.example`, password: run.demoPassword });
  const response = await fetch(`${run.url}/api/auth/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: inTime(),
  });
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function count(connection: Connection, table: string): Promise<number> {
  const [rows] = await connection.query(`SELECT count(*) AS n FROM ${table}`);
  return Number((rows as { n: number }[])[0]?.n);
}

async function reaches(connection: Connection, table: string, wanted: number): Promise<void> {
  const deadline = performance.now() + 180_000;
  for (let last = -1; ; ) {
    const now = await count(connection, table);
    if (now >= wanted) return;
    if (performance.now() > deadline) throw new Error(`${now} of ${wanted} ${table} (before: ${last})`);
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function settled(tasks: Connection, accounts: Connection, analytics: Connection): Promise<void> {
  const [rows] = await tasks.query('SELECT count(*) AS n FROM tasks');
  const wanted = Number((rows as { n: number }[])[0]?.n);
  await Promise.all([reaches(accounts, 'transactions', wanted), reaches(analytics, 'facts', wanted)]);
}
