import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Config, readConfig } from './config.ts';
import { callerKeyCheck, readCookies, sessionCookieName, sessionSigner, sessionVerifier } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'ates-session-'));
const user = { id: randomUUID(), role: 'admin' as const };
let config: Config;
let verify: Awaited<ReturnType<typeof sessionVerifier>>;
let ours: Awaited<ReturnType<typeof generateKeyPair>>;
let kid = '';

beforeAll(async () => {
  ours = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(ours.publicKey);
  kid = await calculateJwkThumbprint(jwk);
  writeFileSync(join(folder, 'session-private-key'), await exportPKCS8(ours.privateKey));
  writeFileSync(join(folder, 'session-public-keys'), JSON.stringify({ keys: [{ ...jwk, kid, alg: 'EdDSA' }] }));
  config = readConfig({ ATES_SECRETS_DIR: folder });
  verify = await sessionVerifier(config);
});
afterAll(() => rmSync(folder, { recursive: true }));

const seen = (token: string) => verify(readCookies(`ates_session=${token}`));
const seconds = () => Math.floor(Date.now() / 1_000);

/** A token signed with our own key, with anything in it changed. */
function forged(changes: { header?: object; claims?: object; key?: typeof ours.privateKey } = {}): Promise<string> {
  const claims = { role: 'admin', sub: user.id, iss: 'ates', aud: 'ates', iat: seconds(), exp: seconds() + 60 };
  const header = { alg: 'EdDSA', typ: 'ates-session+jwt', kid, ...changes.header } as JWTHeaderParameters;
  return new SignJWT({ ...claims, ...changes.claims } as never)
    .setProtectedHeader(header)
    .sign(changes.key ?? ours.privateKey);
}

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const unsigned = (alg: string, signature = '') =>
  `${base64url({ alg, typ: 'ates-session+jwt', kid })}.${base64url({ role: 'admin', sub: user.id, iss: 'ates', aud: 'ates', iat: seconds(), exp: seconds() + 60 })}.${signature}`;

it('the token that is signed is believed, for 60 s', async () => {
  const { token, expiresAt } = await sessionSigner(config)(user);
  expect(await seen(token)).toEqual({ ...user, expiresAt });
  expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(60_000);
  vi.useFakeTimers({ now: expiresAt.getTime() + 1_000, toFake: ['Date'] });
  expect(await seen(token)).toBeNull(); // also one whose signature was checked before
  vi.useRealTimers();
  expect(await seen(await forged())).toMatchObject({ id: user.id }); // the forger below does forge what it says
});

it.each([
  ['algorithm none', () => unsigned('none')],
  ['algorithm None', () => unsigned('None')],
  ['algorithm nOnE', () => unsigned('nOnE')],
  ['no signature', () => unsigned('EdDSA')],
  ['a signature of nothing', () => unsigned('EdDSA', base64url(Buffer.alloc(64).toString('latin1')))],
  ['no token at all', () => 'x'],
  ['two parts', () => 'a.b'],
  ['nothing', () => ''],
])('%s is nobody', async (_, token) => expect(await seen(token())).toBeNull());

it('HS256 with the public key as its secret is nobody', async () => {
  const publicBytes = new TextEncoder().encode(JSON.stringify(await exportJWK(ours.publicKey)));
  const header = { alg: 'HS256', typ: 'ates-session+jwt', kid };
  const token = await new SignJWT({
    role: 'admin',
    sub: user.id,
    iss: 'ates',
    aud: 'ates',
    iat: seconds(),
    exp: seconds() + 60,
  })
    .setProtectedHeader(header)
    .sign(publicBytes);
  expect(await seen(token)).toBeNull();
});

it.each<[string, { header?: object; claims?: object }]>([
  ['an end that is past', { claims: { exp: seconds() - 1, iat: seconds() - 61 } }],
  ['no end', { claims: { exp: undefined } }],
  ['an end that is text', { claims: { exp: '9999999999' } }],
  ['an end below zero', { claims: { exp: -1 } }],
  ['a start in the future', { claims: { nbf: seconds() + 60 } }],
  ['an issue an hour ahead', { claims: { iat: seconds() + 3_600 } }],
  ['an issue long ago with a far end', { claims: { iat: seconds() - 3_600, exp: seconds() + 3_600 } }],
  ['no issue', { claims: { iat: undefined } }],
  ['another audience', { claims: { aud: 'other' } }],
  ['several audiences', { claims: { aud: ['ates', 'other'] } }],
  ['another issuer', { claims: { iss: 'other' } }],
  ['another type', { header: { typ: 'JWT' } }],
  ['no type', { header: { typ: undefined } }],
  ['a key id that is a path', { header: { kid: '../../dev/null' } }],
  ['a key id that is SQL', { header: { kid: "' OR 1=1--" } }],
  ['no key id', { header: { kid: undefined } }],
  ['an unknown role', { claims: { role: 'root' } }],
  ['the role of a service', { claims: { role: 'service' } }],
  ['a list of roles', { claims: { role: ['admin'] } }],
  ['a user id that is none', { claims: { sub: '1' } }],
])('a token with our signature but %s is nobody', async (_, changes) => {
  expect(await seen(await forged(changes))).toBeNull();
});

it('a critical extension that is not known is refused', async () => {
  const header = { b64: true, crit: ['x-unknown'], 'x-unknown': 1 };
  const token = `${base64url({ alg: 'EdDSA', typ: 'ates-session+jwt', kid, ...header })}.${unsigned('EdDSA').split('.')[1]}.`;
  expect(await seen(token)).toBeNull();
});

it('a key in the token is not looked at', async () => {
  const theirs = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(theirs.publicKey);
  for (const header of [
    { jwk },
    { jwk, kid: undefined },
    { jku: 'https://evil.example/keys' },
    { x5u: 'https://evil.example' },
  ]) {
    expect(await seen(await forged({ header, key: theirs.privateKey }))).toBeNull();
  }
});

it('one changed character anywhere makes it nobody', async () => {
  const token = await forged();
  for (let i = 0; i < token.length; i += 7) {
    const changed = token.slice(0, i) + (token[i] === 'A' ? 'Q' : 'A') + token.slice(i + 1);
    if (changed !== token) expect(await seen(changed), `at ${i}`).toBeNull();
  }
});

it('while keys are rotated both are good; one that was taken out is not', async () => {
  const next = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(next.publicKey);
  const nextKid = await calculateJwkThumbprint(jwk);
  const keys = [
    { ...(await exportJWK(ours.publicKey)), kid },
    { ...jwk, kid: nextKid },
  ];
  const with_ = async (list: object[]) => {
    const own = mkdtempSync(join(folder, 'keys-'));
    writeFileSync(join(own, 'session-public-keys'), JSON.stringify({ keys: list }));
    return sessionVerifier(readConfig({ ATES_SECRETS_DIR: own }));
  };
  const tokens = [await forged(), await forged({ header: { kid: nextKid }, key: next.privateKey })];
  const roles = async (check: typeof verify) =>
    Promise.all(tokens.map(async (token) => (await check(readCookies(`ates_session=${token}`)))?.role ?? null));
  expect(await roles(await with_(keys))).toEqual(['admin', 'admin']);
  expect(await roles(await with_(keys.slice(1)))).toEqual([null, 'admin']);
});

it('a cookie that comes twice counts as none, whatever is around it', () => {
  expect(readCookies('a=1; b=2').one('b')).toBe('2');
  expect(readCookies('a=1; b=2; a=1').one('a')).toBeNull();
  expect(readCookies(undefined).one('a')).toBeNull();
  expect(readCookies('=1; ; a; b = 2 ').one('b')).toBe('2');
  expect(readCookies('__proto__=1; toString=2').one('valueOf')).toBeNull();
  expect(readCookies('token=a=b=c').one('token')).toBe('a=b=c');
});

it('with an https address the cookie has the prefix that no subdomain can plant', () => {
  expect(sessionCookieName(readConfig({ ATES_PUBLIC_URL: 'https://ates.example' }))).toBe('__Host-ates_session');
  expect(sessionCookieName(readConfig({ ATES_PUBLIC_URL: 'http://localhost:8080' }))).toBe('ates_session');
});

it('each caller key of a rotation fits, and nothing else does', () => {
  const check = callerKeyCheck(['one', 'two']);
  expect(['one', 'two', 'three', '', 'one two', undefined].map(check)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

it('an RSA key under our algorithm’s name cannot be loaded as a key', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const own = mkdtempSync(join(folder, 'rsa-'));
  writeFileSync(
    join(own, 'session-public-keys'),
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'r' }] }),
  );
  await expect(sessionVerifier(readConfig({ ATES_SECRETS_DIR: own }))).rejects.toThrow();
});
