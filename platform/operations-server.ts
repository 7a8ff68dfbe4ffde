import { createServer } from 'node:http';
import { metricsText } from './metrics.ts';

interface Operations {
  /** Throws or rejects while the part cannot do its work. */
  ready(): Promise<void>;
  /** Further addresses, as `POST /wake`; the answer is 204. */
  readonly on?: Readonly<Record<string, (query: URLSearchParams) => void>>;
}

/** The HTTP side of a connector: health, readiness, metrics, hints. Resolves when it listens. */
export async function serveOperations({ ready, on = {} }: Operations): Promise<{ close(): Promise<void> }> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://part');
    const answer = (status: number, body = '', type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type }).end(body);
    request.resume();
    const route = on[`${request.method} ${pathname}`];
    if (route) {
      route(searchParams);
      answer(204);
    } else if (pathname === '/_/health') answer(200, 'OK');
    else if (pathname === '/_/metrics') answer(200, await metricsText(), 'text/plain; version=0.0.4; charset=utf-8');
    else if (pathname === '/_/ready') {
      const state = await ready().then(
        () => 200,
        () => 503,
      );
      answer(state, state === 200 ? 'OK' : 'not ready');
    } else answer(404);
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '0.0.0.0', resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
