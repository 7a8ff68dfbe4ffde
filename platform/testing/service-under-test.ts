import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import mysql, { type Connection } from 'mysql2/promise';
import { Value } from 'typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import type { EventContract, EventEnvelope, EventOf } from '#contracts/event';
import type { Role } from '#contracts/rest/auth';
import { type Config, readConfig } from '#platform/config';
import type { FunctionHandler } from '#platform/define-function';
import { routeTable } from '#platform/route';
import { sessionSigner } from '#platform/session';

export const CALLER_KEY = randomBytes(32).toString('hex');

export interface Person {
  readonly id: string;
  readonly role: Role;
}

export const person = (role: Role): Person => ({ id: randomUUID(), role });

interface RequestOptions {
  readonly as?: Person;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there.
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

export interface FunctionUnderTest {
  /** Calls the handler as the entry point would, and checks a success against the route's own schema. */
  request(method: string, pathWithQuery: string, options?: RequestOptions): Promise<TestAnswer>;
  /** Delivers events as the queue connector does; the body of a 200. */
  deliver(
    events: readonly unknown[],
  ): Promise<{ handled: number; failed: { id: string; retryable: boolean; reason: string }[] }>;
  /** Ends the function and starts it again: what it did in the background is over then. */
  restart(): Promise<void>;
  readonly handler: FunctionHandler;
}

export interface ServiceUnderTest {
  /** Starts a function of the service on its test database, with the rights that grants.sql gives. */
  start(handler: FunctionHandler, env?: () => Record<string, string>): FunctionUnderTest;
  /** Rows of the service's database, read with all rights. */
  // biome-ignore lint/suspicious/noExplicitAny: as in TestAnswer.
  rows(statement: string, values?: unknown[]): Promise<any[]>;
  /** The address of the service's database for one of its users; its own, if left out. */
  databaseUrl(user?: string): URL;
}

/** A service with an empty migrated database of its own, for one test file. Needs the engines of the test run. */
export function serviceUnderTest(
  service: string,
  /** Those that no other service has. */
  moreSecrets: Readonly<Record<string, string>> = {},
): ServiceUnderTest {
  const run = randomBytes(5).toString('hex');
  const user = `t_${run}`;
  const database = `test_${service}_${run}`;
  const secrets = mkdtempSync(join(tmpdir(), 'ates-secrets-'));
  const server = () => new URL(process.env.ATES_TEST_DATABASE_SERVER ?? missing('ATES_TEST_DATABASE_SERVER'));
  let admin: Connection;

  beforeAll(async () => {
    await writeSecrets(secrets, user);
    for (const [name, value] of Object.entries(moreSecrets)) writeFileSync(join(secrets, name), value);
    admin = await mysql.createConnection({ uri: server().href, timezone: 'Z', dateStrings: true });
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.query(`USE ${database}`);
    const folder = join(import.meta.dirname, '../../functions', service, 'db');
    await migrate(drizzle(admin), { migrationsFolder: join(folder, 'migrations') });
    await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${user}'`);
    await admin.query(`CREATE USER IF NOT EXISTS 'outbox'@'%' IDENTIFIED BY 'outbox'`);
    for (const grant of readFileSync(join(folder, 'grants.sql'), 'utf8').split(/;\s*\n/)) {
      if (grant.trim()) await admin.query(grant.replace(`'${service}'@'%'`, `'${user}'@'%'`));
    }
  });

  afterAll(async () => {
    await admin.query(`DROP DATABASE ${database}`);
    await admin.query(`DROP USER '${user}'@'%'`);
    await admin.end();
    rmSync(secrets, { recursive: true });
  });

  return {
    start(handler, env = () => ({})) {
      return startUnderTest(handler, secrets, () => ({ ATES_DATABASE_URL: this.databaseUrl().href, ...env() }));
    },
    rows: async (statement, values) => (await admin.query(statement, values))[0] as never,
    databaseUrl: (name = user) => new URL(`mysql://${name}@${server().host}/${database}`),
  };
}

/** A part that has no database. @param secrets beside those that every function has. */
export function partUnderTest(
  handler: FunctionHandler,
  env: () => Record<string, string>,
  secrets: () => Record<string, string> = () => ({}),
): FunctionUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'ates-secrets-'));
  beforeAll(async () => {
    await writeSecrets(folder, 'nobody');
    for (const [name, value] of Object.entries(secrets())) writeFileSync(join(folder, name), value);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return startUnderTest(handler, folder, env);
}

function startUnderTest(
  handler: FunctionHandler,
  secrets: string,
  env: () => Record<string, string>,
): FunctionUnderTest {
  let config: Config;
  beforeAll(async () => {
    config = readConfig({
      ATES_SECRETS_DIR: secrets,
      ATES_LOG_LEVEL: process.env.ATES_TEST_LOG_LEVEL ?? 'silent',
      ATES_FUNCTION_URL: 'http://127.0.0.1:9', // nobody listens there: hints are lost, as they may be
      ...env(),
    });
    await handler.start(config);
  });
  afterAll(() => handler.stop());
  return functionUnderTest(handler, () => config);
}

function functionUnderTest(handler: FunctionHandler, config: () => Config): FunctionUnderTest {
  const find = routeTable(handler.definition.http ?? []);

  async function call(event: object): Promise<TestAnswer> {
    let status = 200;
    let headers: TestAnswer['headers'] = {};
    let sent: unknown;
    const context = {
      status(code: number) {
        status = code;
        return this;
      },
      headers(values: TestAnswer['headers']) {
        headers = { ...headers, ...values };
        return this;
      },
      succeed(value: unknown) {
        sent = value;
      },
    };
    await handler(event as never, context);
    const text = Symbol.asyncIterator in Object(sent) ? (await Array.fromAsync(sent as never)).join('') : String(sent);
    const isJson = String(headers['content-type'] ?? '').includes('json');
    return { status, headers, body: isJson ? JSON.parse(text) : text };
  }

  return {
    handler,
    async restart() {
      await handler.stop();
      await handler.start(config());
    },
    async request(method, pathWithQuery, { as, body, headers = {} } = {}) {
      const { pathname: path, searchParams } = new URL(pathWithQuery, 'http://function');
      const names = [...new Set(searchParams.keys())];
      const given = names.map((name) => [name, searchParams.getAll(name)] as const);
      const answer = await call({
        method,
        path,
        query: Object.fromEntries(given.map(([name, values]) => [name, values.length > 1 ? values : values[0]])),
        headers: {
          host: 'ates.test',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(as ? { cookie: `ates_session=${(await sessionSigner(config())(as)).token}` } : {}),
          ...headers,
        },
        rawBody: Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      });
      const schema = find(method, path).hit?.route.answers[answer.status];
      if (schema && typeof answer.body === 'object' && !Value.Check(schema, answer.body)) {
        const problems = JSON.stringify(Value.Errors(schema, answer.body));
        throw new Error(`${method} ${path} answered another shape than it promises: ${problems}`);
      }
      return answer;
    },
    async deliver(events) {
      const headers = { 'x-ates-caller-key': CALLER_KEY, 'content-type': 'application/cloudevents-batch+json' };
      const rawBody = Buffer.from(JSON.stringify(events));
      const answer = await call({ method: 'POST', path: '/', query: {}, headers, rawBody });
      if (answer.status !== 200) throw Object.assign(new Error(`deliver: ${answer.status}`), { answer });
      return answer.body;
    },
  };
}

async function writeSecrets(folder: string, user: string): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const keys = [{ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' }];
  const write = (name: string, value: string) => writeFileSync(join(folder, name), value);
  write('session-private-key', await exportPKCS8(privateKey));
  write('session-public-keys', JSON.stringify({ keys }));
  write('caller-keys', CALLER_KEY);
  write('request-hmac-key', randomBytes(32).toString('hex'));
  write(`${user}-database-password`, user);
}

/** A new event of a contract, made from its frozen sample, with other facts in it. */
export function exampleOf<C extends EventContract>(
  contract: C,
  data: Partial<EventOf<C>['data']> = {},
  rest: Partial<EventEnvelope> = {},
) {
  const [service, ...name] = contract.type.split('.');
  const path = join(import.meta.dirname, '../../contracts', service as string, `${name.join('.')}.sample.json`);
  const sample = JSON.parse(readFileSync(path, 'utf8')) as EventOf<C>;
  const event = { ...sample, id: uuidv7(), ...rest, data: { ...(sample.data as object), ...(data as object) } };
  return event as typeof sample;
}

function missing(name: string): never {
  throw new Error(`${name} is not set: run the tests with npm test, which starts the engines.`);
}
