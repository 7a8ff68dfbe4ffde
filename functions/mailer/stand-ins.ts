import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { User } from '#contracts/rest/auth';
import { CALLER_KEY } from '#platform/testing/service-under-test';
import { type Catcher, startCatcher } from '../../sandbox/mail/catcher.ts';
import type { Faults } from '../../sandbox/mail/faults.ts';
import type { Message } from '../../sandbox/mail/message-file.ts';

/** For this service's tests: stands in for Auth; knows whom a test has introduced, or does not answer. */
export function authStandIn() {
  const people = new Map<string, User>();
  const auth = {
    away: false,
    asked: [] as string[],
    /** Somebody new, with what a test wants to be particular. */
    introduce(particular: Partial<User> = {}): string {
      const id = randomUUID();
      const email = `${id}@ates.example`;
      people.set(id, { id, name: 'Кеша', role: 'worker', email, status: 'active', locale: 'ru', ...particular });
      return id;
    },
    change: (id: string, changes: Partial<User>) => void people.set(id, { ...(people.get(id) as User), ...changes }),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://auth');
    auth.asked.push(pathname);
    if (auth.away || request.headers['x-ates-caller-key'] !== CALLER_KEY) return void response.writeHead(503).end();
    const ids = (searchParams.get('ids') ?? '').split(',');
    const items = ids.flatMap((id) => people.get(id) ?? []);
    response.end(JSON.stringify({ items, nextCursor: null }));
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());
  const env = () => ({ ATES_URL_AUTH_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return Object.assign(auth, { env });
}

/** A mail server of the test's own, with whose faults it can play. */
export function mailStandIn() {
  let catcher: Catcher;
  let folder: string;
  const url = () => `http://127.0.0.1:${catcher.httpPort}`;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ates-mail-'));
    catcher = await startCatcher({ folder, host: '127.0.0.1', smtpPort: 0, httpPort: 0 });
  });
  afterAll(async () => {
    await catcher.close();
    rmSync(folder, { recursive: true });
  });
  return {
    env: () => ({ ATES_SMTP_URL: `smtp://127.0.0.1:${catcher.smtpPort}` }),
    async messagesTo(email: string): Promise<Message[]> {
      const all = (await (await fetch(`${url()}/api/messages`)).json()) as Message[];
      return all.filter(({ to }) => to === email);
    },
    async misbehave(mode: Faults['mode'], share = 1): Promise<void> {
      await fetch(`${url()}/faults`, { method: 'PUT', body: JSON.stringify({ mode, share }) });
    },
    /** Goes away, and comes back at the same address with what it had. */
    stop: () => catcher.close(),
    async start(): Promise<void> {
      const { smtpPort, httpPort } = catcher;
      catcher = await startCatcher({ folder, host: '127.0.0.1', smtpPort, httpPort });
    },
  };
}
