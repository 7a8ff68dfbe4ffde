import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../local/processes.ts';
import { engineAnswers } from '../docker.ts';
import { HANDLER } from './handler-under-test.ts';
import { asImage, asProcess, call, handlerFolder, post, type Running, TEMPLATE } from './running.ts';

/** What every handler of the official signature may rely on: of the entry point alone, and of the image around it. */

const image = engineAnswers();
if (!image) console.log('No Docker engine answers: the entry point is tested as a process, not as an image.');

const folder = handlerFolder(HANDLER);
const sample = mkdtempSync(join(tmpdir(), 'ates-sample-'));
beforeAll(() => cpSync(join(TEMPLATE, 'function'), sample, { recursive: true }));
afterAll(() => {
  for (const path of [folder, sample]) rmSync(path, { recursive: true });
});

describe.each([
  { name: 'as a process', place: asProcess(), left: false },
  { name: 'as an image', place: asImage(), left: !image },
])('$name', ({ place, left }) => {
  describe.skipIf(left)('the entry point', () => {
    afterAll(() => place.close());
    const run = (env: Record<string, string> = {}, handler = folder) => place.run(handler, env);
    describe('while it runs', () => {
      let port = 0;
      let logged: Running['log'];
      beforeAll(async () => {
        const running = await run();
        ({ port, log: logged } = running);
        return () => place.end();
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
          expect(JSON.parse(answer.body)).toMatchObject({
            type: '/problems/internal-error',
            status: 500,
            traceId: trace,
          });
          expect(answer.body).not.toMatch(/secret|handler\.js|Error/);
          await expect
            .poll(logged)
            .toContainEqual(expect.objectContaining({ level: 'error', msg: 'the handler threw', traceId: trace }));
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

      it('what goes wrong after a whole answer does not cost the next request its connection', async () => {
        const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: function\r\n\r\n`;
        const socket = connect(port, '127.0.0.1');
        let answered = '';
        socket.on('data', (text) => (answered += text)).on('error', () => undefined);
        socket.write(get('/late-throw') + get('/return'));
        await expect.poll(() => answered).toContain('{"a":1}');
        socket.destroy();
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
        expect((await post(port, '/unread-body', 'application/json', '{')).body).toBe(
          '{"bytes":1,"bodyTooLarge":false}',
        );
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
        async (path) => {
          const answer = await call(port, path);
          // The router of the real watchdog sends whoever asks for an unclean path to the clean one, and the handler sees none.
          if (place.watchdog && answer.status === 301) return;
          expect(answer).toMatchObject({ status: 404, body: JSON.stringify({ path }) });
        },
      );

      it('health, readiness, metrics and the last error are its own; nothing else under /_/ is there', async () => {
        expect(await call(port, '/_/health')).toMatchObject({ status: 200 });
        expect(await call(port, '/_/ready')).toMatchObject({ status: 200 });
        expect(await call(port, '/_/metrics')).toMatchObject({ status: 200, body: 'ates_up 1\n' });
        expect(await call(port, '/_/last-error')).toMatchObject({ status: 200, body: '{"what":"GET /a 503"}' });
        expect(await call(port, '/_/secrets')).toMatchObject({ status: 404 });
      });

      it('metrics that cannot be told are a 500, and harm nobody', async () => {
        await call(port, '/metrics-break');
        expect(await call(port, '/_/metrics')).toMatchObject({ status: 500 });
        await call(port, '/metrics-break');
        expect(await call(port, '/_/metrics')).toMatchObject({ status: 200, body: 'ates_up 1\n' });
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

      it('what it logs is one JSON object a line', async () => {
        const lines = await logged();
        expect(lines.length).toBeGreaterThan(3);
        expect(lines.every(({ level, msg }) => typeof level === 'string' && typeof msg === 'string')).toBe(true);
      });
    });

    describe('one of its own for each case', () => {
      afterEach(() => place.end());

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

      it('asked to stop under load, it is not ready at once, serves on through the watchdog’s window, ends what is under way, then closes', async () => {
        const running = await run({ healthcheck_interval: '4s' });
        const { port } = running;
        const waiting = call(port, '/wait');
        const statuses: number[] = [];
        let loaded = true;
        const load = Array.from({ length: 8 }, async () => {
          while (loaded) statuses.push((await call(port, '/return')).status);
        });
        await running.signal('SIGTERM');
        await until('draining', 3_000, async () => (await call(port, '/_/ready')).status === 503);
        expect((await call(port, '/_/health')).status).toBe(place.watchdog ? 503 : 200); // the watchdog's goes with its lock
        const before = statuses.length;
        await until('more requests', 3_000, async () => statuses.length >= before + 50);
        if (!place.watchdog) expect((await call(port, '/return')).headers.connection).toBe('close');
        loaded = false;
        await Promise.all(load);
        expect(new Set(statuses)).toEqual(new Set([200]));
        await call(port, '/release');
        expect(await waiting).toMatchObject({ status: 200, body: 'waited' });
        expect(await running.gone).toBe(0);
        const lines = (await running.log()).map(({ msg }) => msg);
        // Behind the watchdog, which leaves as soon as nobody waits, the last lines may be lost.
        if (!place.watchdog) expect(lines.slice(-2)).toEqual(['pools closed', 'stopped']);
      });

      it.skipIf(place.watchdog)(
        'asked to stop where callers reach it directly, it refuses new ones at once and serves those who are connected',
        async () => {
          const running = await run({ ATES_WATCHDOG: 'off', healthcheck_interval: '3s' });
          const { port } = running;
          const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
          const ask = (agent: Agent) => call(port, '/return', { agent });
          for (const agent of agents) expect((await ask(agent)).headers.connection).toBe('keep-alive');
          await running.signal('SIGTERM');
          await until('refusing', 2_000, () =>
            call(port, '/return').then(
              () => false,
              () => true,
            ),
          );
          for (const agent of agents.slice(1)) {
            expect(await ask(agent)).toMatchObject({ status: 200, headers: { connection: 'close' } });
          }
          expect(await running.gone).toBe(0); // also when one of them never asks again
        },
      );

      it.each(['/uncaught', '/unhandled'])(
        'a defect outside any request (%s) is logged, and the process makes room for a sound one',
        async (path) => {
          const { port, log, gone } = await run();
          await call(port, path);
          expect(await gone).toBe(1);
          expect((await log()).at(-1)).toMatchObject({ level: 'fatal' });
        },
      );

      it('what is missing at the start ends it with a line that says what', async () => {
        const { log, gone } = await run({ NO_START: '1' });
        expect(await gone).toBe(1);
        expect((await log()).at(-1)).toMatchObject({ level: 'fatal', error: 'ATES_X is not set' });
      });

      it('the template’s own sample function runs', async () => {
        const { port } = await run({}, sample);
        const answer = await post(port, '/', 'application/json', '{"name":"popug"}');
        expect(answer.status).toBe(200);
        expect(answer.body).toContain('popug');
      });
    });
  });
});
