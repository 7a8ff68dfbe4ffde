import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { CALLER_KEY } from '#platform/testing/service-under-test';

/** For this service's tests: stands in for Auth, and answers whatever list of workers a test gives it, or nothing. */
export function authStandIn() {
  const auth = { workers: [] as string[], away: false, asked: [] as string[] };
  const server = createServer((request, response) => {
    auth.asked.push(`${request.headers['x-ates-caller-key'] === CALLER_KEY} ${request.url}`);
    if (auth.away) return void response.writeHead(503).end();
    const items = auth.workers.map((id) => ({ id, name: 'Кеша', role: 'worker' }));
    response.end(JSON.stringify({ items, nextCursor: null }));
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());
  const env = () => ({ ATES_URL_AUTH_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return Object.assign(auth, { env });
}
