import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../local/processes.ts';
import { FAULT_MODES } from './faults.ts';
import { type Bank, startBank } from './server.ts';

const GOOD = '4242424242424242';
const REFUSED = '4000000000000002';

let folder: string;
let bank: Bank;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ates-bank-'));
  bank = await startBank({ folder, host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await bank.close();
  rmSync(folder, { recursive: true });
});

async function ask(method: string, path: string, body?: unknown, key?: string, waitMs = 10_000) {
  const response = await fetch(bank.url + path, {
    method,
    headers: key === undefined ? {} : { 'idempotency-key': key },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(waitMs),
  });
  return { status: response.status, body: await response.json() };
}
const pay = (key: string, cardNumber = GOOD, amountCents = 1_500, waitMs?: number) =>
  ask('POST', '/transfers', { amountCents, cardNumber }, key, waitMs);
const find = (key: string) => ask('GET', `/transfers/${encodeURIComponent(key)}`);
const journal = async () => (await ask('GET', '/journal')).body;
const misbehave = (mode: string, share = 1) => ask('PUT', '/faults', { mode, share });
async function restart() {
  await bank.close();
  bank = await startBank({ folder, host: '127.0.0.1', port: 0 });
}

describe('a transfer', () => {
  it('is executed once a key, tells its facts and is found by its key', async () => {
    const first = await pay('a:2');
    expect(first).toMatchObject({ status: 200, body: { key: 'a:2', amountCents: 1_500, cardLast4: '4242' } });
    expect(await pay('a:2')).toEqual(first);
    expect(await find('a:2')).toEqual(first);
    expect(await journal()).toEqual([first.body]);
  });

  it('of one key sent fifty times at once is executed once, with one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => pay('a')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await journal()).toHaveLength(1);
  });

  it('of a used key with another amount or card is wrong, and nothing is executed', async () => {
    await pay('a');
    expect(await pay('a', GOOD, 1_501)).toMatchObject({ status: 409 });
    expect(await pay('a', '5555555555554444')).toMatchObject({ status: 409 });
    expect(await journal()).toHaveLength(1);
  });

  it('to the card that is refused stays refused, and is not found', async () => {
    expect(await pay('a', REFUSED)).toMatchObject({ status: 402 });
    expect(await pay('a', REFUSED)).toMatchObject({ status: 402 });
    expect(await find('a')).toMatchObject({ status: 404 });
    expect(await journal()).toEqual([]);
  });

  it.each<[string, unknown, string?]>([
    ['no key', { amountCents: 1, cardNumber: GOOD }],
    ['an empty key', { amountCents: 1, cardNumber: GOOD }, ''],
    ['no amount', { cardNumber: GOOD }, 'a'],
    ['an amount of nothing', { amountCents: 0, cardNumber: GOOD }, 'a'],
    ['half a cent', { amountCents: 0.5, cardNumber: GOOD }, 'a'],
    ['an amount as text', { amountCents: '1', cardNumber: GOOD }, 'a'],
    ['a card of 12 digits', { amountCents: 1, cardNumber: '424242424242' }, 'a'],
    ['a card with spaces', { amountCents: 1, cardNumber: '4242 4242 4242 4242' }, 'a'],
    ['null', null, 'a'],
    ['broken JSON', '{', 'a'],
    ['more than 64 KiB', ' '.repeat(65_537), 'a'],
  ])('with %s is a wrong request', async (_, body, key) => {
    expect(await ask('POST', '/transfers', body, key)).toMatchObject({ status: 400 });
    expect(await journal()).toEqual([]);
  });
});

describe('a bank that misbehaves', () => {
  it.each([
    ['timeout-before', 'silence', 0],
    ['timeout-after', 'silence', 1],
    ['error-before', 500, 0],
    ['error-after', 500, 1],
    ['refuse', 402, 0],
  ])('%s: the answer is %s, executed are %i, and asking tells the truth', async (mode, answer, executed) => {
    await misbehave(mode);
    const told = await pay('a', GOOD, 1_500, answer === 'silence' ? 300 : 10_000).then(
      ({ status }) => status,
      () => 'silence',
    );
    expect(told).toBe(answer);
    await expect.poll(async () => (await journal()).length).toBe(executed); // of silence nobody knows when
    expect((await find('a')).status).toBe(executed ? 200 : 404);

    await misbehave('none');
    expect((await pay('a')).status).toBe(mode === 'refuse' ? 402 : 200); // a refusal is for ever, the rest is made good
    expect(await journal()).toHaveLength(mode === 'refuse' ? 0 : 1);
  });

  it('slow: takes five seconds and pays; whoever sends the key again meanwhile is not paid twice', async () => {
    await misbehave('slow');
    const both = [pay('a'), pay('a')];
    expect((await find('a')).status).toBe(404);
    const [first, second] = await Promise.all(both);
    expect(first?.status).toBe(200);
    expect(second).toEqual(first);
    expect(await journal()).toHaveLength(1);
  });

  it('only for the share that is set, and not when it is asked', async () => {
    await misbehave('error-before', 0);
    expect((await pay('a')).status).toBe(200);
    await misbehave('error-before', 0.5);
    const statuses = await Promise.all(Array.from({ length: 200 }, async (_, n) => (await pay(`k${n}`)).status));
    const failed = statuses.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(50);
    expect(failed).toBeLessThan(150);
    await misbehave('error-before');
    expect((await find('a')).status).toBe(200);
  });

  it('a refusal is never the second answer of a key that was paid', async () => {
    await pay('a');
    await misbehave('refuse');
    expect((await pay('a')).status).toBe(200);
  });

  it.each([{ mode: 'explode' }, { mode: 'none', share: 1.5 }, { mode: 'none', share: '1' }, {}, [], null])(
    '%j are no faults',
    async (faults) => {
      expect(await ask('PUT', '/faults', faults)).toMatchObject({ status: 422 });
      expect(await ask('GET', '/faults')).toEqual({ status: 200, body: { mode: 'none', share: 1 } });
    },
  );

  it('every mode can be set and is told, and stays over a restart', async () => {
    for (const mode of FAULT_MODES) {
      expect(await misbehave(mode, 0.25)).toEqual({ status: 200, body: { mode, share: 0.25 } });
      await restart();
      expect((await ask('GET', '/faults')).body).toEqual({ mode, share: 0.25 });
    }
  });
});

describe('its memory', () => {
  it('survives a restart: journal, answers and refusals', async () => {
    const first = await pay('a');
    await pay('b', REFUSED);
    await restart();
    expect(await pay('a')).toEqual(first);
    expect((await pay('b', REFUSED)).status).toBe(402);
    expect(await journal()).toEqual([first.body]);
  });

  it('forgets a line that a kill has torn, and goes on behind the whole ones', async () => {
    await pay('a');
    appendFileSync(join(folder, 'journal.jsonl'), '{"key":"torn","cardLast4":"42');
    await restart();
    expect((await find('torn')).status).toBe(404);
    await pay('b');
    await restart();
    expect((await journal()).map(({ key }: { key: string }) => key)).toEqual(['a', 'b']);
  });

  it('never holds a card number, nor does any page or answer', async () => {
    await pay('a');
    await pay('b', REFUSED);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const page = await (await fetch(bank.url)).text();
    const answers = JSON.stringify([await journal(), await find('a')]);
    for (const text of [...files, page.replaceAll(/<code>.*?<\/code>/g, ''), answers]) {
      expect(text).not.toMatch(/\d{13}/);
    }
  });

  it('shows its page with the transfers, whatever their keys hold', async () => {
    await pay('<script>alert(1)</script>');
    const response = await fetch(bank.url);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).toContain('$15.00');
    expect(page).not.toContain('<script>alert');
  });
});

it('as a process: what it has answered for is there after kill -9, and nothing twice', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const begin = async () => {
    const env = { ...process.env, ATES_SANDBOX_DIR: join(folder, 'own'), HOST: '127.0.0.1', PORT: String(port) };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: 'ignore' });
    await expect.poll(async () => (await fetch(`${url}/_/ready`)).status, { timeout: 10_000 }).toBe(200);
    return child;
  };
  const send = (key: string) =>
    fetch(`${url}/transfers`, {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: JSON.stringify({ amountCents: 100, cardNumber: GOOD }),
    }).then(
      ({ status }) => status,
      () => 'lost',
    );
  const keys = Array.from({ length: 400 }, (_, n) => `k${n}`);

  const first = await begin();
  const answered: string[] = [];
  const sent = keys.map(async (key) => {
    if ((await send(key)) === 200) answered.push(key);
    if (answered.length === 100) first.kill('SIGKILL');
  });
  await Promise.all(sent);
  expect(answered.length).toBeGreaterThanOrEqual(100);

  const second = await begin();
  const executed = async () =>
    ((await (await fetch(`${url}/journal`)).json()) as { key: string }[]).map(({ key }) => key);
  expect(await executed()).toEqual(expect.arrayContaining(answered));
  expect(await Promise.all(keys.map((key) => send(key)))).toEqual(keys.map(() => 200));
  expect((await executed()).sort()).toEqual([...keys].sort());
  const gone = new Promise((resolve) => second.once('exit', resolve));
  second.kill('SIGTERM');
  expect(await gone).toBe(0);
});
