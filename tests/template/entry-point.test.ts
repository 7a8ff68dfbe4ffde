import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, until } from '../../local/processes.ts';
import { root } from '../../scripts/build.ts';

/** One handler of the official signature for all cases; the path chooses. */
const HANDLER = `
const { setTimeout: pause } = require('node:timers/promises');
let release = () => {};
const cases = {
  '/throw': () => { throw new Error('secret: popug-42'); },
  '/reject': () => Promise.reject(new Error('secret: popug-42')),
  '/reject-nothing': () => Promise.reject(),
  '/fail': (event, context) => context.status(418).fail(new Error('secret: popug-42')),
  '/twice': (event, context) => { context.status(201).succeed({ n: 1 }); context.succeed({ n: 2 }); context.fail(new Error('x')); return { n: 3 }; },
  '/late-throw': (event, context) => { context.succeed('done'); throw new Error('after the answer'); },
  '/return': () => ({ a: 1 }),
  '/undefined': () => undefined,
  '/null': () => null,
  '/text': () => 'text',
  '/bytes': () => Buffer.from([1, 2, 3]),
  '/headers': (event, context) => context.status(201).headers({ 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] }).succeed('made'),
  '/204': (event, context) => context.status(204).succeed(''),
  '/body': ({ body }) => ({ type: Buffer.isBuffer(body) ? 'bytes' : typeof body, body: Buffer.isBuffer(body) ? body.toString('hex') : body }),
  '/unread-body': ({ rawBody, bodyTooLarge }) => ({ bytes: rawBody.length, bodyTooLarge }),
  '/event': ({ method, path, query, headers }) => ({ method, path, query, header: headers['x-a'], inherited: query.constructor === Object }),
  '/stream': () => (async function* () { yield 'a'; yield 'b'; })(),
  '/broken-stream': () => (async function* () { yield 'a'; throw new Error('half way'); })(),
  '/wait': () => new Promise((resolve) => { release = () => resolve('waited'); }),
  '/release': () => { release(); return 'released'; },
  '/slow': async () => { await pause(300); return 'slow'; },
  '/uncaught': () => { setImmediate(() => { throw new Error('out of nowhere'); }); return 'soon'; },
  '/unhandled': () => { void Promise.reject(new Error('nobody looks')); return 'soon'; },
};
module.exports = async (event, context) => (cases[event.path] ?? (() => context.status(404).succeed({ path: event.path })))(event, context);
let ready = true;
module.exports.ready = async () => { if (process.env.NEVER_READY === 'fails') throw new Error('no database'); if (process.env.NEVER_READY === 'hangs') await new Promise(() => {}); };
module.exports.start = async () => { if (process.env.NO_START) throw new Error('ATES_X is not set'); };
module.exports.stop = async () => { console.log('{"msg":"pools closed"}'); };
module.exports.metrics = async () => 'ates_up 1\\n';
`;

const folder = mkdtempSync(join(tmpdir(), 'ates-template-'));
beforeAll(() => writeFileSync(join(folder, 'handler.js'), HANDLER));
afterAll(() => rmSync(folder, { recursive: true }));

interface Running {
  readonly port: number;
  readonly child: ChildProcess;
  /** The lines that it has logged. */
  readonly log: () => { level: string; msg: string; [name: string]: unknown }[];
  /** Its exit code, once it is gone. */
  readonly gone: Promise<number | null>;
}

let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

async function run(env: Record<string, string> = {}, handler = folder): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, 'template/ates-node/index.mjs')], {
    env: { PORT: String(port), HOST: '127.0.0.1', ATES_HANDLER: handler, ...env },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const log = () =>
    output
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const listens = async () => (await call(port, '/_/health')).status === 200;
  await Promise.race([gone, until('the entry point', 10_000, listens)]);
  return { port, child, log, gone };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function call(port: number, path: string, options: RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...rest }, async (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const post = (port: number, path: string, type: string, body: string | Buffer) =>
  call(port, path, { method: 'POST', headers: { 'content-type': type }, body });

describe('while it runs', () => {
  let port = 0;
  let logged: Running['log'];
  beforeAll(async () => {
    const running = await run();
    children = []; // it serves all of these
    ({ port, log: logged } = running);
    return () => void running.child.kill('SIGKILL');
  });

  it.each(['/throw', '/reject', '/reject-nothing'])(
    '%s is 500 with the caller’s trace and nothing of our insides',
    async (path) => {
      const trace = '0af7651916cd43dd8448eb211c80319c';
      const answer = await call(port, path, { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } });
      expect(answer).toMatchObject({
        status: 500,
        headers: { 'content-type': 'application/problem+json', 'x-trace-id': trace },
      });
      expect(JSON.parse(answer.body)).toMatchObject({ type: '/problems/internal-error', status: 500, traceId: trace });
      expect(answer.body).not.toMatch(/secret|handler\.js|Error/);
    },
  );

  it('fail answers with the status that was set, as a problem', async () => {
    expect(await call(port, '/fail')).toMatchObject({
      status: 418,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  it('the first succeed answers; a second, a fail or a returned value after it changes nothing', async () => {
    expect(await call(port, '/twice')).toMatchObject({ status: 201, body: '{"n":1}' });
    expect(await call(port, '/late-throw')).toMatchObject({ status: 200, body: 'done' });
    expect((await call(port, '/return')).status).toBe(200);
  });

  it.each([
    ['/return', '{"a":1}', 'application/json'],
    ['/undefined', '', undefined],
    ['/null', '', undefined],
    ['/text', 'text', undefined],
    ['/bytes', '\u0001\u0002\u0003', undefined],
    ['/stream', 'ab', undefined],
  ])('%s is answered', async (path, body, type) => {
    const answer = await call(port, path);
    expect({ status: answer.status, body: answer.body, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      body,
      type,
    });
  });

  it('status and headers are the handler’s, several cookies too', async () => {
    expect(await call(port, '/headers')).toMatchObject({
      status: 201,
      headers: { 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] },
      body: 'made',
    });
  });

  it('HEAD has the headers of GET and no body; 204 has neither body nor length', async () => {
    const head = await call(port, '/return', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '7' } });
    const none = await call(port, '/204');
    expect(none).toMatchObject({ status: 204, body: '' });
    expect(none.headers).not.toHaveProperty('content-length');
  });

  it('an answer that breaks off half way does not look like a whole one', async () => {
    await expect(call(port, '/broken-stream')).rejects.toThrow();
    expect((await call(port, '/return')).status).toBe(200);
  });

  it.each([
    ['application/json', '{"a":[1]}', { type: 'object', body: { a: [1] } }],
    ['application/cloudevents+json; charset=utf-8', '{"a":1}', { type: 'object', body: { a: 1 } }],
    ['application/vnd.x-y.z+json', '[1]', { type: 'object', body: [1] }],
    ['application/json', '', { type: 'object', body: {} }],
    ['text/plain', 'héllo', { type: 'string', body: 'héllo' }],
    ['application/octet-stream', Buffer.from([0, 255]), { type: 'bytes', body: '00ff' }],
  ])('a body of %s reaches the handler', async (type, body, seen) => {
    expect(JSON.parse((await post(port, '/body', type, body)).body)).toEqual(seen);
  });

  it('malformed JSON is 400 to a handler that reads it, and no matter to one that does not', async () => {
    expect(await post(port, '/body', 'application/json', '{')).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect((await post(port, '/unread-body', 'application/json', '{')).body).toBe('{"bytes":1,"bodyTooLarge":false}');
  });

  it.each([
    [1024 * 1024, '{"bytes":1048576,"bodyTooLarge":false}'],
    [1024 * 1024 + 1, '{"bytes":0,"bodyTooLarge":true}'],
    [20 * 1024 * 1024, '{"bytes":0,"bodyTooLarge":true}'],
  ])('a body of %i bytes', async (bytes, seen) => {
    expect((await post(port, '/unread-body', 'application/octet-stream', Buffer.alloc(bytes))).body).toBe(seen);
  });

  it('method, path, query and headers are handed over as they came', async () => {
    const { body } = await call(port, '/event?a=1&b=2&b=3&__proto__=x&e=%C3%A9+x', {
      method: 'PUT',
      headers: { 'x-a': 'y' },
    });
    const query = JSON.parse('{"a":"1","b":["2","3"],"__proto__":"x","e":"é x"}');
    expect(JSON.parse(body)).toEqual({ method: 'PUT', path: '/event', query, header: 'y', inherited: false });
  });

  it.each(['//', '//evil.example/return', '/return/../throw', '/%2e%2e/return', '/a%2fb', '/%', '/return;a=b'])(
    'the path %s is no other than itself',
    async (path) => expect(await call(port, path)).toMatchObject({ status: 404, body: JSON.stringify({ path }) }),
  );

  it('health, readiness and metrics are its own; nothing else under /_/ is there', async () => {
    expect(await call(port, '/_/health')).toMatchObject({ status: 200 });
    expect(await call(port, '/_/ready')).toMatchObject({ status: 200 });
    expect(await call(port, '/_/metrics')).toMatchObject({ status: 200, body: 'ates_up 1\n' });
    expect(await call(port, '/_/secrets')).toMatchObject({ status: 404 });
  });

  it('a caller that goes away in the middle harms nobody', async () => {
    const sent = httpRequest({ host: '127.0.0.1', port, path: '/slow' });
    sent.on('error', () => undefined);
    await new Promise<void>((resolve) => sent.end(() => resolve()));
    sent.destroy();
    const upload = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/unread-body',
      method: 'POST',
      headers: { 'content-length': 10 },
    });
    upload.on('error', () => undefined);
    upload.write('x');
    upload.destroy();
    expect((await call(port, '/slow')).body).toBe('slow');
  });

  it('what it logs is one JSON object a line', () => {
    expect(logged().length).toBeGreaterThan(3);
    expect(logged().every(({ level, msg }) => typeof level === 'string' && typeof msg === 'string')).toBe(true);
  });
});

it('at its limit of requests it says when to come back, stays healthy, and goes on as soon as one is done', async () => {
  const { port } = await run({ ATES_MAX_INFLIGHT: '2' });
  const slow = [call(port, '/slow'), call(port, '/slow')];
  let refused = await call(port, '/return');
  await until('the limit', 5_000, async () => {
    if (refused.status !== 429) refused = await call(port, '/return');
    return refused.status === 429;
  });
  expect(refused.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
  expect((await call(port, '/_/ready')).status).toBe(200);
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await call(port, '/return')).status).toBe(200);
});

it.each(['fails', 'hangs'])('while its database %s it is healthy and not ready', async (how) => {
  const { port } = await run({ NEVER_READY: how });
  expect((await call(port, '/_/health')).status).toBe(200);
  expect((await call(port, '/_/ready')).status).toBe(503);
});

it('asked to stop, it is not ready at once, serves on through the watchdog’s window, ends what is under way, then closes', async () => {
  const { port, child, log, gone } = await run({ healthcheck_interval: '1s' });
  const waiting = call(port, '/wait');
  await until('the request', 5_000, async () => (await call(port, '/_/health')).status === 200);
  child.kill('SIGTERM');
  await until('draining', 5_000, async () => (await call(port, '/_/ready')).status === 503);
  expect((await call(port, '/_/health')).status).toBe(200);
  const late = await Promise.all(Array.from({ length: 20 }, () => call(port, '/return')));
  expect(late.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(late[0]?.headers.connection).toBe('close');
  await call(port, '/release');
  expect(await waiting).toMatchObject({ status: 200, body: 'waited' });
  expect(await gone).toBe(0);
  expect(
    log()
      .slice(-2)
      .map(({ msg }) => msg),
  ).toEqual(['pools closed', 'stopped']);
});

it.each(['/uncaught', '/unhandled'])(
  'a defect outside any request (%s) is logged, and the process makes room for a sound one',
  async (path) => {
    const { port, log, gone } = await run();
    await call(port, path);
    expect(await gone).toBe(1);
    expect(log().at(-1)).toMatchObject({ level: 'fatal' });
  },
);

it('what is missing at the start ends it with a line that says what', async () => {
  const { log, gone } = await run({ NO_START: '1' });
  expect(await gone).toBe(1);
  expect(log().at(-1)).toMatchObject({ level: 'fatal', error: 'ATES_X is not set' });
});

it('the template’s own sample function runs', async () => {
  const { port } = await run({}, join(root, 'template/ates-node/function'));
  const answer = await post(port, '/', 'application/json', '{"name":"popug"}');
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('popug');
});
