import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../local/system.ts';

const SESSION = '/api/auth/session';

interface VisitorAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there.
  readonly body: any;
}

/** Somebody who uses the running system over HTTP, as a browser would: with cookies, without a page; and stays signed in. */
export class Visitor {
  readonly #cookies = new Map<string, string>();

  static anonymous(): Visitor {
    return new Visitor();
  }

  /** What run.json says of the system under test. */
  static run(): Run {
    return JSON.parse(readFileSync(join(needed('ATES_TEST_DATA'), 'run.json'), 'utf8')) as Run;
  }

  /** Signs in as a demo user: `manager`, `worker3`. */
  static async signIn(name: string): Promise<Visitor> {
    const visitor = new Visitor();
    const body = { email: `${name}@ates.example`, password: Visitor.run().demoPassword };
    const { status } = await visitor.send('POST', SESSION, body);
    if (status !== 200) throw new Error(`${name} cannot sign in: ${status}`);
    return visitor;
  }

  /** Signs in as the demo worker with this id. */
  static async signInById(id: string): Promise<Visitor> {
    for (let n = 1; n <= 5; n += 1) {
      const visitor = await Visitor.signIn(`worker${n}`);
      if ((await visitor.get(SESSION)).body.id === id) return visitor;
    }
    throw new Error(`no demo worker is ${id}`);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<VisitorAnswer> {
    return this.send('GET', path, undefined, headers);
  }

  /** What is refused since the short token has ended, a minute after it was given, is sent again with a new one, as a page does. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<VisitorAnswer> {
    const answer = await this.#sendOnce(method, path, body, headers);
    if (answer.status !== 401 || path === SESSION || !this.#cookies.has('ates_renew')) return answer;
    const { status } = await this.#sendOnce('PUT', SESSION, {}, {});
    return status === 200 ? this.#sendOnce(method, path, body, headers) : answer;
  }

  async #sendOnce(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<VisitorAnswer> {
    const response = await fetch(`${needed('ATES_TEST_URL')}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}

function needed(name: string): string {
  return process.env[name] ?? fail(`${name} is not set: run these tests with npm test, which starts the system.`);
}

function fail(message: string): never {
  throw new Error(message);
}
