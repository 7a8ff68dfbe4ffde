import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log } from './log.ts';
import { metricsText } from './metrics.ts';

interface Operations {
  readonly log: Log;
  /** Throws or rejects while the part cannot do its work. */
  ready(): Promise<void>;
  /** Further addresses, as `POST /wake`; the answer is 204. */
  readonly on?: Readonly<Record<string, (query: URLSearchParams) => void>>;
}

/** The HTTP side of a connector: health, readiness, metrics, hints. Resolves when it listens. */
export async function serveOperations({ log, ready, on = {} }: Operations): Promise<{ close(): Promise<void> }> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname, search] = (request.url ?? '/').split('?'); // a URL's parser refuses some of what may come
    const answer = (status: number, body = '', type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type }).end(body);
    request.resume();
    const route = on[`${request.method} ${pathname}`];
    if (route) {
      route(new URLSearchParams(search));
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
  }
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    serve(request, response).catch((error: Error) => {
      log.error({ err: error, url: request.url }, 'an operation failed');
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
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
