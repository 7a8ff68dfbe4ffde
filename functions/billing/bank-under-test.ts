import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { FaultMode } from '../../sandbox/bank/faults.ts';
import type { Transfer } from '../../sandbox/bank/journal.ts';
import { type Bank, startBank } from '../../sandbox/bank/server.ts';

/** For this service's tests: the secret that only it has. */
export const CARD_KEYS = { 'card-encryption-keys': `test:${randomBytes(32).toString('hex')}` };

export const GOOD_CARD = '4242 4242 4242 4242';
export const OTHER_CARD = '5555 5555 5555 4444';
export const REFUSED_CARD = '4000 0000 0000 0002';

/** For this service's tests: the real sandbox bank, with a journal of its own. */
export function sandboxBank() {
  const folder = mkdtempSync(join(tmpdir(), 'ates-bank-'));
  let bank: Bank;
  beforeAll(async () => {
    bank = await startBank({ folder, host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await bank.close();
    rmSync(folder, { recursive: true });
  });
  return {
    env: () => ({ ATES_BANK_URL: bank.url }),
    async misbehave(mode: FaultMode, share = 1): Promise<void> {
      const { status } = await fetch(`${bank.url}/faults`, { method: 'PUT', body: JSON.stringify({ mode, share }) });
      if (status !== 200) throw new Error(`the bank does not know ${mode}`);
    },
    async journal(): Promise<Transfer[]> {
      return (await (await fetch(`${bank.url}/journal`)).json()) as Transfer[];
    },
  };
}

export interface Asked {
  readonly call: 'send' | 'ask';
  readonly key: string;
  readonly body: { amountCents: number; cardNumber: string };
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

/** For this service's tests: a bank that answers what a test tells it, as no honest bank would. */
export function bankStandIn() {
  const bank = {
    asked: [] as Asked[],
    answer: (_asked: Asked): Answer | Promise<Answer> | 'break' => ({ status: 500 }),
  };
  const reply = ({ status, body, headers = {} }: Answer, response: ServerResponse) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const text = Buffer.concat(chunks).toString();
    const key = decodeURIComponent(request.url?.split('/')[2] ?? '') || String(request.headers['idempotency-key']);
    const asked = { call: request.method === 'POST' ? 'send' : 'ask', key, body: JSON.parse(text || '{}') } as const;
    bank.asked.push(asked);
    const answer = bank.answer(asked);
    if (answer === 'break') response.destroy();
    else reply(await answer, response);
  });
  server.keepAliveTimeout = 65_000; // as the sandbox's; a connection that ends just then makes a call unknown
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close().closeAllConnections());
  const env = () => ({ ATES_BANK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return Object.assign(bank, { env });
}
