// The HTTP side of a function: the process behind the OpenFaaS watchdog, and the very file that runs locally.
// It takes any handler of the official node template, `module.exports = async (event, context) => ...`; what a handler
// may carry beside (start, ready, stop, metrics, lastError) makes health, readiness and a drain without a failed request.
//
// Environment: PORT (3000), HOST (0.0.0.0), ATES_HANDLER (folder of the handler, ./function), ATES_MAX_INFLIGHT (100),
// healthcheck_interval (the window after SIGTERM, as the watchdog reads it), ATES_WATCHDOG (off: nothing is before us).

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server as NetServer } from 'node:net';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAX_BODY_BYTES = 1024 * 1024; // the largest batch of events; a route's own limit is checked by the handler
const DRAIN_MS = 15_000; // below the 20 s after which an orchestrator kills
const READY_TIMEOUT_MS = 3_000;

const folder = resolve(process.env.ATES_HANDLER ?? fileURLToPath(new URL('function', import.meta.url)));
const maxInFlight = Number(process.env.ATES_MAX_INFLIGHT ?? 100);
const windowMs = Math.min(Number.parseFloat(process.env.healthcheck_interval ?? '0') * 1_000, DRAIN_MS / 2);
const watchdog = process.env.ATES_WATCHDOG !== 'off';
const handler = createRequire(import.meta.url)(`${folder}/handler.js`);

let inFlight = 0;
let draining = false;

/** One JSON line, as the handler's own log writes them. */
const say = (level, message, more = {}) =>
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...more, msg: message })}\n`);

/** The story that a request belongs to: the caller's where it names one, else one that begins here. */
const traceIdOf = (request) =>
  (request.traceId ??=
    /^\w\w-(\w{32})-/.exec(request.headers.traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex'));

/** An answer of ours, not of the handler: RFC 9457, with the trace that the log names too. */
function problem(request, response, status, code, title, headers = {}) {
  const traceId = traceIdOf(request);
  const body = JSON.stringify({ type: `/problems/${code}`, title, status, detail: title, traceId });
  response.writeHead(status, { 'content-type': 'application/problem+json', 'x-trace-id': traceId, ...headers });
  response.end(body);
}

/**
 * The body's bytes; beyond the limit the rest is read and dropped, so that the caller gets to read our answer. By events:
 * iterating over the request took a sixth of a small call's time.
 */
function readBody(request) {
  return new Promise((done, failed) => {
    const chunks = [];
    let bytes = 0;
    request.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const bodyTooLarge = bytes > MAX_BODY_BYTES;
      done({ rawBody: bodyTooLarge ? Buffer.alloc(0) : Buffer.concat(chunks), bodyTooLarge });
    });
    request.on('error', failed); // also of a caller that goes away
  });
}

/** The event of the official template, with the untouched bytes beside the parsed body. */
function eventOf(request, { rawBody, bodyTooLarge }) {
  // As it came: nothing is decoded or shortened, so that no two parts can read a path differently.
  const end = request.url.indexOf('?');
  const path = end < 0 ? request.url : request.url.slice(0, end);
  const searchParams = new URLSearchParams(end < 0 ? '' : request.url.slice(end + 1));
  const query = Object.create(null);
  for (const name of searchParams.keys()) {
    const values = searchParams.getAll(name);
    query[name] = values.length > 1 ? values : values[0];
  }
  return {
    method: request.method,
    path,
    query,
    headers: request.headers,
    rawBody,
    bodyTooLarge,
    get body() {
      const type = request.headers['content-type'] ?? '';
      if (/^application\/([\w.-]+\+)?json\b/.test(type))
        return rawBody.length > 0 ? JSON.parse(rawBody.toString()) : {};
      return /^text\//.test(type) ? rawBody.toString() : rawBody;
    },
  };
}

/** The context of the official template: the first `succeed` or `fail` answers, a second one is ignored. */
function contextOf(request, response) {
  let status = 200;
  let headers = {};
  let answered = false;
  const context = {
    status(code) {
      if (code === undefined) return status;
      status = code;
      return context;
    },
    headers(values) {
      if (values === undefined) return headers;
      headers = { ...headers, ...values };
      return context;
    },
    succeed(value) {
      if (answered) return undefined;
      answered = true;
      return send(request, response, status, headers, value);
    },
    fail(error) {
      if (answered) return;
      answered = true;
      say('error', 'the handler failed', { traceId: traceIdOf(request), error: String(error?.message ?? error) });
      problem(request, response, status >= 400 ? status : 500, 'internal-error', 'Something went wrong on our side');
    },
    get answered() {
      return answered;
    },
  };
  return context;
}

async function send(request, response, status, headers, value) {
  if (value !== null && typeof value === 'object' && Symbol.asyncIterator in value) {
    response.writeHead(status, headers);
    if (request.method === 'HEAD') response.end();
    else await pipeline(Readable.from(value), response);
    return;
  }
  const isText = typeof value === 'string' || Buffer.isBuffer(value);
  const body = value === undefined || value === null ? '' : isText ? value : JSON.stringify(value);
  const type = isText || body === '' ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, {
    ...type,
    ...headers,
    ...(status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(request.method === 'HEAD' || status === 204 || status === 304 ? undefined : body);
}

async function call(request, response) {
  if (inFlight >= maxInFlight) {
    request.resume();
    return problem(request, response, 429, 'too-many-requests', 'Too many requests at once', { 'retry-after': '1' });
  }
  inFlight += 1;
  try {
    const event = eventOf(request, await readBody(request));
    const context = contextOf(request, response);
    const result = await handler(event, context);
    if (!context.answered) await context.succeed(result);
  } catch (error) {
    if (error instanceof SyntaxError && !response.headersSent) {
      return problem(request, response, 400, 'malformed-json', 'The body is not valid JSON');
    }
    if (error?.code !== 'ECONNRESET' && error?.code !== 'ERR_STREAM_PREMATURE_CLOSE') {
      const traceId = traceIdOf(request);
      say('error', 'the handler threw', { traceId, error: String(error?.message ?? error), stack: error?.stack });
    }
    if (response.writableEnded) return; // it was whole
    if (response.headersSent)
      response.destroy(); // a broken-off answer must not look like a whole one
    else problem(request, response, 500, 'internal-error', 'Something went wrong on our side');
  } finally {
    inFlight -= 1;
  }
}

async function operations(path, response) {
  const answer = (status, body, type = 'text/plain; charset=utf-8') =>
    response.writeHead(status, { 'content-type': type }).end(body);
  if (path === '/_/health') return answer(200, 'OK');
  if (path === '/_/metrics')
    return answer(200, (await handler.metrics?.()) ?? '', 'text/plain; version=0.0.4; charset=utf-8');
  if (path === '/_/last-error') return answer(200, JSON.stringify(handler.lastError?.() ?? null), 'application/json');
  if (path !== '/_/ready') return answer(404, 'not found');
  if (draining) return answer(503, 'draining');
  const late = new Promise((_, reject) => setTimeout(reject, READY_TIMEOUT_MS, new Error('too slow')).unref());
  return Promise.race([handler.ready?.(), late]).then(
    () => answer(200, 'OK'),
    () => answer(503, 'not ready'),
  );
}

const server = createServer(
  { headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 65_536 },
  (request, response) => {
    if (draining) response.setHeader('connection', 'close');
    const path = request.url.split('?')[0];
    if (path.startsWith('/_/')) {
      request.resume();
      operations(path, response).catch((error) => {
        say('error', 'an operation failed', { path, error: String(error?.message ?? error) });
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end();
      });
    } else void call(request, response);
  },
);
server.keepAliveTimeout = 65_000; // above nginx's, so that it is never we who close a connection it is about to use

// The watchdog keeps sending for its window after SIGTERM: go on serving through it, then stop listening. Callers that
// reach us directly turn to another instance when we refuse: stop listening at once, and serve through the window those
// who are connected; each answer ends its connection, so that none is closed just as its next request comes.
async function drain() {
  if (draining) return;
  draining = true;
  const deadline = Date.now() + DRAIN_MS;
  if (watchdog) await pause(windowMs);
  const closed = new Promise((done) => NetServer.prototype.close.call(server, done)); // http's own cuts idle connections
  if (!watchdog) await Promise.race([closed, pause(windowMs)]);
  server.closeIdleConnections();
  while (inFlight > 0 && Date.now() < deadline) await pause(20);
  await Promise.race([closed, pause(500)]);
  await handler.stop?.();
  say('info', 'stopped');
  process.exit(0);
}

process.on('SIGTERM', drain);
process.on('SIGINT', drain);
for (const fault of ['uncaughtException', 'unhandledRejection']) {
  process.on(fault, (error) => {
    say('fatal', fault, { error: String(error?.message ?? error), stack: error?.stack });
    process.exit(1);
  });
}

try {
  await handler.start?.();
} catch (error) {
  say('fatal', 'cannot start', { error: String(error?.message ?? error) });
  process.exit(1);
}
server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '0.0.0.0', () => say('info', 'listening'));
