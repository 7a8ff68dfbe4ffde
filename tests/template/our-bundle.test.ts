import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, root } from '../../scripts/build.ts';
import { Secrets } from '../../setup/secrets.ts';
import { engineAnswers } from '../docker.ts';
import { asImage, asProcess, call, type Running } from './running.ts';

/** A function of ours under the template, and under the official one. Its database is away: that must not matter here. */

const bundle = join(root, 'dist/functions/auth-session');
const data = mkdtempSync(join(tmpdir(), 'ates-bundle-'));
const names = ['session-private-key', 'session-public-keys', 'caller-keys', 'auth-database-password'];
let secrets = '';
const settings = { ATES_DATABASE_URL: 'mysql://auth@127.0.0.1:9/auth', ATES_LOG_LEVEL: 'info' };

beforeAll(async () => {
  await build({ only: ['auth-session'] });
  // The container's user is another than ours.
  secrets = new Secrets(data).folderFor('auth-session', names, { folder: 0o755, file: 0o644 });
  for (const folder of [data, join(data, 'parts')]) chmodSync(folder, 0o755);
});
afterAll(() => rmSync(data, { recursive: true }));

const image = engineAnswers();

describe.each([
  { name: 'as a process', place: asProcess(), left: false },
  { name: 'as an image', place: asImage(), left: !image },
])('a function of ours $name', ({ place, left }) => {
  describe.skipIf(left)('while its database is away', () => {
    let running: Running;
    const session = '/api/auth/session';
    const type = (value: string) => ({ 'content-type': value });
    beforeAll(async () => {
      running = await place.run(bundle, settings, secrets);
    });
    afterAll(() => place.close());

    it('is healthy, and not ready', async () => {
      expect((await call(running.port, '/_/health')).status).toBe(200);
      expect((await call(running.port, '/_/ready')).status).toBe(503);
    });

    it.each([
      ['another method', session, { method: 'PATCH' }, 405],
      ['another path', '/api/auth/other', {}, 404],
      ['another content', session, { method: 'POST', headers: type('text/plain'), body: 'x' }, 415],
      ['malformed JSON', session, { method: 'POST', headers: type('application/json'), body: '{' }, 400],
      [
        'a body of 65 KiB',
        session,
        { method: 'POST', headers: type('application/json'), body: 'x'.repeat(66_560) },
        413,
      ],
      [
        'a body of 2 MiB',
        session,
        { method: 'POST', headers: type('application/json'), body: 'x'.repeat(2_097_152) },
        413,
      ],
      ['a foreign origin', session, { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' }, 403],
      [
        'what needs the database',
        session,
        { method: 'POST', headers: type('application/json'), body: '{"email":"a@b.example","password":"1234567890"}' },
        503,
      ],
    ])('%s is a problem with its trace', async (_, path, options, status) => {
      const trace = '0af7651916cd43dd8448eb211c80319c';
      const headers = {
        traceparent: `00-${trace}-b7ad6b7169203331-01`,
        ...('headers' in options ? options.headers : {}),
      };
      const answer = await call(running.port, path, { ...options, headers });
      expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
      expect(JSON.parse(answer.body)).toMatchObject({ status, traceId: trace });
      expect(answer.body).not.toMatch(/handler\.js|mysql|127\.0\.0\.1/);
    });

    it('counts them, and tells of the last that failed when, where and in which trace', async () => {
      const { body } = await call(running.port, '/_/metrics');
      expect(body).toMatch(/ates_request_seconds_count\{entry="POST \/api\/auth\/session",status="503"\} 1/);
      expect(body).toMatch(/^ates_requests_in_flight 0$/m);
      expect(JSON.parse((await call(running.port, '/_/last-error')).body)).toEqual({
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        what: 'POST /api/auth/session 503 temporarily-unavailable',
        traceId: '0af7651916cd43dd8448eb211c80319c',
      });
    });

    it('logs each request as one line of JSON with its trace, and no secret', async () => {
      const lines = (await running.log()).filter(({ msg }) => msg === 'request');
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.every(({ traceId }) => /^[\da-f]{32}$/.test(String(traceId)))).toBe(true);
      expect(JSON.stringify(await running.log())).not.toMatch(/1234567890|PRIVATE KEY/);
    });
  });
});

describe('a function of ours under the official template', () => {
  /** The official entry point's part in a call: a parsed body, headers that are set whole, an answer by `succeed`. */
  async function official(method: string, path: string, body: unknown = {}, sent: Record<string, string> = {}) {
    const handler = createRequire(import.meta.url)(`${bundle}/handler.js`);
    let answer = { status: 0, headers: {} as Record<string, unknown>, body: null as unknown };
    const context = {
      statusCode: 200,
      headerValues: {} as Record<string, unknown>,
      status(code?: number) {
        if (!code) return context.statusCode;
        context.statusCode = code;
        return context;
      },
      headers(values?: Record<string, unknown>) {
        if (!values) return context.headerValues;
        context.headerValues = values;
        return context;
      },
      succeed(value: unknown) {
        answer = { status: context.statusCode, headers: context.headerValues, body: value };
      },
    };
    await handler({ method, path, query: {}, headers: sent, body }, context, () => undefined);
    return answer;
  }

  beforeAll(() => {
    process.env.ATES_SECRETS_DIR = secrets;
    process.env.ATES_DATABASE_URL = settings.ATES_DATABASE_URL;
    process.env.ATES_LOG_LEVEL = 'silent';
  });

  it('is started by the first request', async () => {
    const { status, headers, body } = await official('GET', '/api/auth/session');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 401, type: 'application/problem+json' });
    expect(JSON.parse(String(body))).toMatchObject({ type: '/problems/sign-in-needed' });
  });

  it('takes a body that was parsed for it', async () => {
    const json = { 'content-type': 'application/json' };
    expect((await official('POST', '/api/auth/session', { email: 'a@b.example' }, json)).status).toBe(422);
    expect((await official('POST', '/api/auth/session', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await official('PATCH', '/api/auth/session')).status).toBe(405);
  });
});
