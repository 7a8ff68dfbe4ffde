import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers } from '../../local/part.ts';
import { freePort, stopProcess, until } from '../../local/processes.ts';
import { build, root } from '../../scripts/build.ts';
import type { Faults } from './faults.ts';
import type { Message } from './message-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ates-mail-'));
let ports: { http: number; smtp: number };
let part: ChildProcess;
let url: string;

async function start(): Promise<void> {
  part = spawn(process.execPath, [join(root, 'dist/sandbox/mail/main.js')], {
    env: {
      HOST: '127.0.0.1',
      PORT: String(ports.http),
      ATES_SMTP_PORT: String(ports.smtp),
      ATES_SANDBOX_DIR: folder,
      ATES_LOG_LEVEL: 'warn',
    },
    stdio: 'inherit',
  });
  await until('mail', 10_000, () => answers(`${url}/_/ready`));
}
const kill = async () => {
  const gone = new Promise((resolve) => part.once('exit', resolve));
  part.kill('SIGKILL');
  await gone;
};

beforeAll(async () => {
  await build({ only: ['mail'] });
  ports = { http: await freePort(), smtp: await freePort() };
  url = `http://127.0.0.1:${ports.http}`;
  await start();
});
afterAll(async () => {
  await stopProcess(part, 'SIGTERM', 5_000);
  rmSync(folder, { recursive: true });
});

const send = (letter: object = {}) =>
  nodemailer
    .createTransport({ host: '127.0.0.1', port: ports.smtp, socketTimeout: 5_000 })
    .sendMail({ from: 'ATES <no-reply@ates.example>', to: 'kesha@ates.example', subject: 's', text: 't', ...letter });
const inbox = async () => (await (await fetch(`${url}/api/messages`)).json()) as Message[];
const page = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, headers: response.headers, html: await response.text() };
};
const setFaults = (faults: unknown) =>
  fetch(`${url}/faults`, { method: 'PUT', body: JSON.stringify(faults) }).then(({ status }) => status);

it('a letter is kept as it was sent, with every header, newest first', async () => {
  await send({ subject: 'First', messageId: '<first@ates.example>' });
  await send({
    subject: 'Выплата за 23 ноября: 1 234,50 $',
    text: 'Здравствуйте\n.\n..и ещё строка',
    html: '<p lang="ru">Здравствуйте</p>',
    messageId: '<second@ates.example>',
    headers: { 'X-Twice': ['a', 'b'] },
    cc: 'gosha@ates.example',
  });
  const [second, first] = await inbox();
  expect(first).toMatchObject({ subject: 'First', messageId: '<first@ates.example>', html: null });
  expect(second).toMatchObject({
    messageId: '<second@ates.example>',
    from: 'no-reply@ates.example',
    to: 'kesha@ates.example, gosha@ates.example',
    subject: 'Выплата за 23 ноября: 1 234,50 $',
    html: expect.stringContaining('<p lang="ru">Здравствуйте</p>'),
    headers: { to: 'kesha@ates.example', 'x-twice': ['a', 'b'], 'message-id': '<second@ates.example>' },
  });
  expect(second?.text.trimEnd()).toBe('Здравствуйте\n.\n..и ещё строка');
  expect(Date.parse(second?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.at ?? ''));
});

it('what was acknowledged is there after a kill, and half a line that a kill left is not', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, n) => send({ subject: `Before the kill ${n}` })));
  const before = await inbox();
  await kill();
  appendFileSync(join(folder, 'messages.jsonl'), '{"id":"half a let');
  await start();
  expect(await inbox()).toEqual(before);
  await send({ subject: 'After' });
  expect((await inbox()).map(({ subject }) => subject)).toEqual(['After', ...before.map(({ subject }) => subject)]);
});

describe('it misbehaves when it is told to', () => {
  const tried = async (mode: Faults['mode']) => {
    const before = (await inbox()).length;
    expect(await setFaults({ mode, share: 1 })).toBe(200);
    const outcome = await send({ subject: mode }).then(
      () => 'sent',
      (error: { responseCode?: number }) => error.responseCode ?? 'no answer',
    );
    expect(await setFaults({ mode: 'none', share: 0 })).toBe(200);
    return { outcome, taken: (await inbox()).length - before };
  };
  it.each<[Faults['mode'], number | string, number]>([
    ['refuse-4xx', 451, 0],
    ['refuse-5xx', 554, 0],
    ['lose-answer', 'no answer', 1],
    ['none', 'sent', 1],
  ])('%s', async (mode, outcome, taken) => expect(await tried(mode)).toEqual({ outcome, taken }));

  it('counts the answers that it has lost', async () => {
    expect(await (await fetch(`${url}/faults`)).json()).toEqual({ mode: 'none', share: 0, answersLost: 1 });
  });

  it.each([null, [], { mode: 'explode', share: 1 }, { mode: 'none' }, { mode: 'none', share: 2 }])(
    '%j is no way to misbehave',
    async (faults) => expect(await setFaults(faults)).toBe(422),
  );
});

describe('the web inbox', () => {
  const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';

  it('shows whatever is in a letter as text, and its HTML in a frame that can do nothing', async () => {
    await send({ subject: hostile, text: hostile, html: `<p>${hostile}</p>` });
    const [{ id } = { id: '' }] = await inbox();
    for (const path of ['/', `/messages/${id}`]) {
      const { status, headers, html } = await page(path);
      expect([path, status]).toEqual([path, 200]);
      expect(html).toContain('&lt;script');
      expect(html).not.toMatch(/<script|<img/);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    }
    const { headers, html } = await page(`/messages/${id}/html`);
    expect(html).toContain('<script>');
    expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none';/);
  });

  it('goes on to older letters', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => send({ subject: `Many ${n}` })));
    const [, older = ''] = /href="(\/\?before=[^"]+)"/.exec((await page('/')).html) ?? [];
    const { html } = await page(older);
    expect(html).toContain('First');
    expect(html).not.toContain('Many');
  });

  it.each(['/nothing', '/messages/x', `/messages/${'0'.repeat(36)}`, '/messages/../api', '/?before=x/'])(
    '%s is no letter',
    async (path) => expect((await page(path)).html).not.toContain('First'),
  );
});
