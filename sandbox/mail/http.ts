import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Value } from 'typebox/value';
import { Faults } from './faults.ts';
import type { MessageFile } from './message-file.ts';
import { listPage, messagePage, notFoundPage, STYLE } from './pages.tsx';

const PAGE_SIZE = 100;
const MAX_BODY_BYTES = 1_000;

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const ALWAYS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' };
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A letter is shown as it is, and can do nothing. */
const LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

interface Given {
  readonly messages: MessageFile;
  readonly faults: { get(): Faults & { answersLost: number }; set(faults: Faults): void };
}

/** The web inbox, its API, and the switch for faults. */
export function httpServer({ messages, faults }: Given): Server {
  return createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    serve(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, ALWAYS).end();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const [pathname = '', search] = (request.url ?? '/').split('?');
    const searchParams = new URLSearchParams(search);
    const answer = (status: number, type: string, body: string, policy = PAGE_POLICY) =>
      response
        .writeHead(status, { ...ALWAYS, 'content-type': type, 'content-security-policy': policy })
        .end(request.method === 'HEAD' ? undefined : body);

    if (request.method === 'PUT' && pathname === '/faults') {
      const wanted = await bodyOf(request);
      if (!Value.Check(Faults, wanted)) return answer(422, JSON_TYPE, '{"title":"mode and share are needed"}');
      faults.set(wanted);
      return answer(200, JSON_TYPE, JSON.stringify(faults.get()));
    }
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, HTML, notFoundPage());

    if (pathname === '/_/health' || pathname === '/_/ready') return answer(200, 'text/plain; charset=utf-8', 'OK');
    if (pathname === '/faults') return answer(200, JSON_TYPE, JSON.stringify(faults.get()));
    if (pathname === '/style.css') return answer(200, 'text/css; charset=utf-8', STYLE);
    if (pathname === '/api/messages') {
      response.writeHead(200, { ...ALWAYS, 'content-type': JSON_TYPE });
      return pipeline(Readable.from(jsonArray(messages.newestFirst())), response);
    }
    if (pathname === '/') {
      const { messages: some, next } = messages.page(searchParams.get('before'), PAGE_SIZE);
      return answer(200, HTML, listPage(some, next));
    }
    const [, id = '', part] = /^\/messages\/([\da-f-]{36})(\/html)?$/.exec(pathname) ?? [];
    const message = id ? await messages.find(id) : null;
    if (message && !part) return answer(200, HTML, messagePage(message));
    if (message?.html && part) return answer(200, HTML, message.html, LETTER_POLICY);
    return answer(404, HTML, notFoundPage());
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function* jsonArray(items: AsyncIterable<string>): AsyncGenerator<string> {
  let separator = '[';
  for await (const item of items) {
    yield separator + item;
    separator = ',\n';
  }
  yield separator === '[' ? '[]' : ']';
}
