import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { FaultSetting, faultsOf } from './faults.ts';
import { type Entry, Journal } from './journal.ts';
import { bankPage } from './page.ts';

/**
 * A bank to try payouts with. It executes a transfer once a key, remembers it through a kill, and misbehaves as it is
 * told. Of a card it keeps the last four digits; 4000 0000 0000 0002 is refused, every other number pays.
 */

const REFUSED_CARD = '4000000000000002';
const SLOW_MS = 5_000;
/** Longer than any caller waits; then the connection breaks without an answer. */
const HANG_MS = 60_000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_KEY_LENGTH = 100;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer that never comes. */
const SILENCE = null;

export interface Bank {
  readonly url: string;
  close(): Promise<void>;
}

export async function startBank({ folder, host, port }: { folder: string; host: string; port: number }): Promise<Bank> {
  const journal = await Journal.open(folder);
  const setting = new FaultSetting(folder);

  /** A first use of the key decides about it; every other one gets the same answer, or 409 with another body. */
  async function decide(key: string, { amountCents, cardNumber }: TransferBody, refuse: boolean): Promise<Answer> {
    const cardLast4 = cardNumber.slice(-4);
    const outcome = refuse || cardNumber === REFUSED_CARD ? 'refused' : 'executed';
    const at = new Date().toISOString();
    const entry = await (journal.entryOf(key) ?? journal.add({ key, cardLast4, amountCents, at, outcome }));
    if (entry.amountCents !== amountCents || entry.cardLast4 !== cardLast4) {
      return { status: 409, body: { reason: 'this key was used for another transfer' } };
    }
    return answerOf(entry);
  }

  async function transfer(request: IncomingMessage): Promise<Answer | typeof SILENCE> {
    const key = request.headers['idempotency-key'];
    const body = transferOf(await jsonOf(request));
    if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH)
      return wrong('an Idempotency-Key is missing');
    if (!body) return wrong('amountCents must be a whole number above 0, cardNumber 13 to 19 digits');
    const mode = setting.draw(Math.random);
    if (mode === 'timeout-before') return SILENCE;
    if (mode === 'error-before') return { status: 500, body: { reason: 'the bank has failed' } };
    if (mode === 'slow') await pause(SLOW_MS);
    const answer = await decide(key, body, mode === 'refuse');
    if (mode === 'timeout-after') return SILENCE;
    return mode === 'error-after' ? { status: 500, body: { reason: 'the bank has failed' } } : answer;
  }

  async function find(key: string): Promise<Answer> {
    const entry = await journal.entryOf(key);
    return entry?.outcome === 'executed' ? answerOf(entry) : { status: 404, body: { reason: 'no such transfer' } };
  }

  async function changeFaults(request: IncomingMessage): Promise<Answer> {
    const faults = faultsOf(await jsonOf(request));
    if (!faults) return { status: 422, body: { reason: 'mode is one of the known ones, share 0 to 1' } };
    setting.set(faults);
    return { status: 200, body: faults };
  }

  async function serve(request: IncomingMessage): Promise<Answer | typeof SILENCE> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`;
    if (route === 'POST /transfers') return transfer(request);
    if (route.startsWith('GET /transfers/')) return find(decodeURIComponent(path.slice('/transfers/'.length)));
    if (route === 'GET /journal') return { status: 200, body: journal.executed };
    if (route === 'GET /faults') return { status: 200, body: setting.faults };
    if (route === 'PUT /faults') return changeFaults(request);
    if (route === 'GET /_/health' || route === 'GET /_/ready') return { status: 200, body: 'OK' };
    if (route === 'GET /') return { status: 200, body: bankPage(journal.executed, setting.faults) };
    return { status: 404, body: { reason: 'there is nothing here' } };
  }

  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, async (request, response) => {
    const answer = await serve(request).catch((error): Answer => {
      const malformed = error instanceof SyntaxError || error instanceof URIError;
      return malformed ? wrong('this cannot be read') : { status: 500, body: { reason: 'the bank has failed' } };
    });
    if (answer === SILENCE) return void setTimeout(() => response.destroy(), HANG_MS).unref();
    const isText = typeof answer.body === 'string';
    const type = !isText ? 'application/json' : request.url === '/' ? 'text/html' : 'text/plain';
    response.writeHead(answer.status, { 'content-type': `${type}; charset=utf-8` });
    response.end(isText ? answer.body : JSON.stringify(answer.body));
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await journal.close();
    },
  };
}

interface TransferBody {
  readonly amountCents: number;
  readonly cardNumber: string;
}

function transferOf(value: unknown): TransferBody | null {
  const { amountCents, cardNumber } = Object(value) as Partial<TransferBody>;
  if (!Number.isSafeInteger(amountCents) || (amountCents as number) < 1) return null;
  if (typeof cardNumber !== 'string' || !/^\d{13,19}$/.test(cardNumber)) return null;
  return { amountCents: amountCents as number, cardNumber };
}

const answerOf = ({ outcome, ...transfer }: Entry): Answer =>
  outcome === 'executed' ? { status: 200, body: transfer } : { status: 402, body: { reason: 'the card was refused' } };

const wrong = (reason: string): Answer => ({ status: 400, body: { reason } });

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new SyntaxError('too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
