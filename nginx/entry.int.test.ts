import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEngines, NGINX } from '../local/engines.ts';
import { prepareNginx } from '../local/nginx.ts';
import { answers } from '../local/part.ts';
import { freePort, stopProcess, until } from '../local/processes.ts';
import { build, root } from '../scripts/build.ts';

/** What the function behind tasks-add got, newest last. */
const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
const echo = createServer(async (request, response) => {
  const body = (await Array.fromAsync(request)).join('');
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
  response.setHeader('x-trace-id', 'from-the-function');
  response.end('{}');
});
/** Answers as mailer-api does for a letter's HTML. */
const LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
const letters = createServer((_, response) => {
  response.setHeader('content-security-policy', LETTER_POLICY);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end('<p style="color:red">');
});
/** Takes the request, perhaps does what it asks, and hangs up without an answer. */
const hangsUp = createTcpServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.destroy());
});

const listen = (server: Server | typeof echo) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

async function startNginx(upstreams: Record<string, string>, rateLimit = 0) {
  const [program] = await findEngines([NGINX], join(root, '.ates/engines'), () => undefined);
  if (!program) throw new Error('no nginx');
  const folder = mkdtempSync(join(tmpdir(), 'ates-nginx-'));
  const port = await freePort();
  const launch = prepareNginx(program, folder, { root, listen: `127.0.0.1:${port}`, rateLimit, upstreams });
  const child = spawn(launch.command, launch.args, { env: launch.env, stdio: 'inherit' });
  await until('nginx', 10_000, () => answers(`http://127.0.0.1:${port}/healthz`));
  const stop = async () => {
    await stopProcess(child, 'SIGQUIT', 5_000);
    rmSync(folder, { recursive: true });
  };
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

let entry: Awaited<ReturnType<typeof startNginx>>;
beforeAll(async () => {
  await build({ only: ['web'] });
  const deserted = await listen(hangsUp);
  const nobody = `127.0.0.1:${await freePort()}`;
  entry = await startNginx({
    'tasks-add': await listen(echo),
    'accounts-api': deserted,
    'mailer-api': await listen(letters),
    'auth-api': nobody,
    'auth-session': nobody,
    ops: deserted,
  });
});
afterAll(async () => {
  await entry.stop();
  echo.close();
  letters.close();
  hangsUp.close();
});

const problem = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as { status: number; type: string; traceId: string };
  expect(body.status).toBe(response.status);
  expect(body.traceId).toBe(response.headers.get('x-trace-id'));
  return body;
};
const post = (path: string, headers: Record<string, string> = {}, body = '{"a":1}') =>
  fetch(`${entry.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

/** Sends bytes as they are, and gives whatever comes back until the other side closes, or for a second. */
const raw = (bytes: string) =>
  new Promise<string>((resolve) => {
    let answer = '';
    const socket = connect(entry.port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });

it('a function that cannot be reached has done nothing: 503 and when to come back', async () => {
  const answer = await fetch(`${entry.url}/api/auth/users`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(await problem(answer)).toMatchObject({ type: '/problems/temporarily-unavailable' });
});

it('a function that took the request and hung up may have done it: 502, the outcome is unknown, asked once only', async () => {
  const answer = await fetch(`${entry.url}/api/accounts/me`);
  expect(answer.status).toBe(502);
  expect(answer.headers.get('retry-after')).toBeNull();
  expect(await problem(answer)).toMatchObject({ type: '/problems/outcome-unknown' });
});

it('whether all is ready, ops alone can tell: without its answer it is 503, never another status', async () => {
  const answer = await fetch(`${entry.url}/readyz`);
  expect(answer.status).toBe(503);
  expect(await problem(answer)).toMatchObject({ type: '/problems/temporarily-unavailable' });
  const post = await fetch(`${entry.url}/readyz`, { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it('a request goes to its function whole, with the trace that the answer names', async () => {
  const answer = await post('/api/tasks?x=1');
  expect(answer.status).toBe(200);
  const got = seen.at(-1);
  expect(got).toMatchObject({ method: 'POST', url: '/api/tasks?x=1', body: '{"a":1}' });
  const trace = answer.headers.get('x-trace-id') ?? '';
  expect(trace).toMatch(/^[\da-f]{32}$/);
  expect(got?.headers.traceparent).toMatch(new RegExp(`^00-${trace}-[\\da-f]{16}-01$`));
});

it('what only parts inside may say is taken off, and where a request came from is nginx’s own word', async () => {
  await post('/api/tasks', {
    ...{ 'x-ates-caller-key': 'k', 'x-ates-now': '2020-01-01', 'x-forwarded-for': '6.6.6.6', 'x-real-ip': '6.6.6.6' },
    ...{ 'x-user-id': '1', 'x-role': 'admin', 'x-topic': 'cron-function', 'x-connector': 'x', 'x-call-id': '1' },
    ...{ 'x-callback-url': 'http://evil.example', x_ates_caller_key: 'k', tracestate: 'a=b' },
    ...{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', traceparent: '00-1-1-01' },
  });
  const headers = seen.at(-1)?.headers ?? {};
  expect(headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    host: `127.0.0.1:${entry.port}`,
  });
  expect(headers['x-forwarded-host']).toBe(`127.0.0.1:${entry.port}`);
  const inside = ['x-ates-caller-key', 'x-ates-now', 'x-real-ip', 'x-user-id', 'x-role', 'x-topic', 'x-connector'];
  for (const name of [...inside, 'x-call-id', 'x-callback-url', 'x_ates_caller_key', 'tracestate']) {
    expect(headers, name).not.toHaveProperty(name);
  }
});

it.each([
  ['DELETE', '/api/tasks', 'GET, HEAD, POST'],
  ['DELETE', '/api/accounts/me', 'GET, HEAD'],
  ['PATCH', '/api/auth/session', 'DELETE, GET, HEAD, POST, PUT'],
  ['OPTIONS', '/api/tasks', 'GET, HEAD, POST'],
])('%s %s is 405 with all that the path has', async (method, path, allow) => {
  const before = seen.length;
  const answer = await fetch(`${entry.url}${path}`, { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  expect(await problem(answer)).toMatchObject({ type: '/problems/method-not-allowed' });
  expect(seen).toHaveLength(before);
});

it.each([
  ...['/api/tasks/', '/api/TASKS', '/api/tasks.json', '/api/tasks;a=b', '/api/accounts/users', '/API/tasks'],
  ...['/_/metrics', '/_/ready', '/function/tasks-add', '/async-function/tasks-add', '/system/functions', '/wake'],
  ...['/.git/config', '/.env', '/index.en.html', '/auth/index.ru.html', '/assets/', '/assets/x.js.map', '/nginx.conf'],
])('%s is not there, and no function is asked', async (path) => {
  const before = seen.length;
  const answer = await fetch(`${entry.url}${path}`);
  expect(answer.status).toBe(404);
  await problem(answer);
  expect(seen).toHaveLength(before);
});

describe('what is not there', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${entry.url}${path}`, { method, headers: { accept: BROWSER, ...headers } });

  it.each([
    ['/nothing', 'ru', 'ru-RU,ru;q=0.9', ''],
    ['/tasks/nothing/', 'en', 'ru-RU,ru;q=0.9', 'lang=en'],
    ['/assets/nothing.js', 'en', 'de', ''],
    ['/missing/', 'en', 'en', ''],
    ['/missing/index.en.html', 'en', 'en', ''],
    ['/.env', 'en', 'en', ''],
  ])(
    '%s is 404 and a page of ours in the reader’s language (%s) for a browser',
    async (path, language, accepted, cookie) => {
      const answer = await ask(path, { 'accept-language': accepted, cookie });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(answer.headers.get('x-trace-id')).toMatch(/^[\da-f]{32}$/);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('vary')).toContain('Accept, Accept-Language, Cookie');
      const html = await answer.text();
      expect(html).toContain(`<html lang="${language}">`);
      expect(html).toContain('id="sign-out"'); // the shell, with its sections
    },
  );

  it('is a problem for a program, below /api/ for everybody, and for whoever wants to change something', async () => {
    for (const answer of [
      await fetch(`${entry.url}/nothing`),
      await ask('/api/nothing'),
      await ask('/nothing', {}, 'POST'),
      await ask('/nothing', { accept: 'application/json' }),
    ]) {
      expect(answer.status).toBe(404);
      expect(await problem(answer)).toMatchObject({ type: '/problems/not-found' });
    }
  });

  it('the icon that browsers ask for by themselves is no error', async () => {
    expect((await ask('/favicon.ico')).status).toBe(204);
  });
});

it.each([
  '/assets../stack.yml',
  '/assets/..%2f..%2fstack.yml',
  '/%2e%2e/stack.yml',
  '/..;/stack.yml',
  '/a%00b',
  '/assets/%252e%252e/x',
])('the path %s leads nowhere', async (path) => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 (400|404) /);
  expect(answer).not.toContain('functions:');
});

it('a body over 1 MiB is 413, an address of 64 KiB 414, headers of 64 KiB 431: problems all of them', async () => {
  const large = await post('/api/tasks', {}, 'x'.repeat(1024 * 1024 + 1));
  expect(large.status).toBe(413);
  expect(await problem(large)).toMatchObject({ type: '/problems/body-too-large' });
  const long = await fetch(`${entry.url}/${'x'.repeat(65_536)}`);
  expect(long.status).toBe(414);
  await problem(long);
  const headers = await fetch(`${entry.url}/api/tasks`, { headers: { 'x-long': 'x'.repeat(20_000) } });
  expect(headers.status).toBe(431);
  await problem(headers);
});

describe('requests that two parts could read differently are refused, and the next one is served', () => {
  const body = '{"a":1}';
  const head = 'POST /api/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  it.each([
    ['two lengths', `${head}Content-Length: 7\r\nContent-Length: 8\r\n\r\n${body}`],
    ['length and chunks', `${head}Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a signed length', `${head}Content-Length: +7\r\n\r\n${body}`],
    ['an unknown encoding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['chunks in HTTP/1.0', 'POST /api/tasks HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk size that overflows', `${head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`],
    ['no host', 'GET /api/tasks HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET /api/tasks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['a byte of zero in a header', `${head}X-A: a\u0000b\r\n\r\n`],
    ['an unknown version', 'GET /api/tasks HTTP/9.9\r\nHost: x\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const before = seen.length;
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 (400|405|501|505) |^$/);
    expect(seen).toHaveLength(before);
    expect((await post('/api/tasks')).status).toBe(200);
  });
});

it('every answer carries the headers that protect a browser, errors too, and tells nothing of the server', async () => {
  for (const path of ['/api/tasks', '/nothing', '/api/auth/users']) {
    const { headers } = await fetch(`${entry.url}${path}`);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('server'), path).toBe('nginx');
    expect(headers.get('x-powered-by'), path).toBeNull();
  }
});

describe('what an answer may do in a browser', () => {
  const policyOf = async (path: string) => (await fetch(`${entry.url}${path}`)).headers.get('content-security-policy');
  const OURS = /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/;

  it("is said once: for a letter's HTML by the function, for all others by the entry", async () => {
    const id = '01933f5e-7c00-7b20-9d4b-3e2f1a0c5b32';
    expect(await policyOf(`/api/mailer/mails/${id}/html`)).toBe(LETTER_POLICY);
    for (const path of ['/tasks/', '/']) expect(await policyOf(path), path).toMatch(OURS);
    expect((await post('/api/tasks')).headers.get('content-security-policy')).toMatch(OURS);
  });

  it('only the Mailer page may hold frames, and only ours', async () => {
    expect(await policyOf('/mailer/')).toContain(" frame-src 'self';");
    expect(await policyOf('/mailer/')).toMatch(OURS);
    for (const path of ['/tasks/', '/', '/auth/?x=/mailer/']) {
      expect(await policyOf(path), path).not.toContain('frame-src');
    }
  });
});

it.each([
  ['an unknown version', 'GET /api/tasks HTTP/9.9\r\nHost: x\r\n\r\n', '400'],
  ['an unknown transfer encoding', 'POST /api/tasks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n', '400'],
  ['a method of nginx itself', 'TRACE /api/tasks HTTP/1.1\r\nHost: x\r\n\r\n', '405'],
])('%s is a problem as any other, and the fault of whoever sent it', async (_, bytes, status) => {
  const answer = await raw(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('Content-Type: application/problem+json');
  expect(/^Allow: GET, HEAD\r$/m.test(answer)).toBe(status === '405');
});

it('HTTP/1.0 without a Host reaches a function all the same', async () => {
  expect(await raw('POST /api/tasks HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}')).toMatch(/^HTTP\/1.1 200 /);
});

it('a page differs by language, and says so to whatever keeps it', async () => {
  const vary = async (path: string) => (await fetch(`${entry.url}${path}`)).headers.get('vary') ?? '';
  expect(await vary('/tasks/')).toContain('Accept-Language, Cookie');
  expect(await vary('/healthz')).not.toContain('Cookie');
});

it('/healthz takes GET and HEAD, and nothing else', async () => {
  const answer = await fetch(`${entry.url}/healthz`, { method: 'DELETE' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it('too many requests from one address get 429 and when to come back', async () => {
  const limited = await startNginx(
    {
      'tasks-add': '127.0.0.1:9',
      'accounts-api': '127.0.0.1:9',
      'auth-api': '127.0.0.1:9',
      'auth-session': '127.0.0.1:9',
      ops: '127.0.0.1:9',
    },
    1,
  );
  const all = await Promise.all(Array.from({ length: 260 }, () => fetch(`${limited.url}/api/auth/users`)));
  const refused = all.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(30);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(await problem(refused[0] as Response)).toMatchObject({ type: '/problems/too-many-requests' });
  await limited.stop();
});
