import { createHash, createPrivateKey, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { isUuid } from '#contracts/fields';
import type { Role } from '#contracts/rest/auth';
import { type Config, readSecret } from './config.ts';

/** Who sends a request: a user, or a service inside, which may read what an admin may read. */
export interface SignedIn {
  readonly id: string;
  readonly role: Role | 'service' | 'nobody';
  /** When the short token ends; null for a service. */
  readonly expiresAt: Date | null;
}

export const TOKEN_SECONDS = 60;

/** How far the clocks of two machines may be apart; tokens are dated back by it, and still end after 60 s. */
const SKEW_SECONDS = 5;

const ALGORITHM = 'EdDSA';
const TYPE = 'ates-session+jwt';
const ISSUER = 'ates';
const AUDIENCE = 'ates';
const ROLES: readonly string[] = ['worker', 'manager', 'accountant', 'executive', 'admin'] satisfies Role[];

const MAX_CHECKED = 10_000;

export const SERVICE: SignedIn = { id: 'service', role: 'service', expiresAt: null };

/** On the routes that are for everyone: whoever has not signed in, with no rights at all. */
export const NOBODY: SignedIn = { id: 'nobody', role: 'nobody', expiresAt: null };

/** With an https address the prefix `__Host-` keeps a subdomain from planting a cookie of the same name. */
export const sessionCookieName = (config: Config): string =>
  config.publicUrl?.protocol === 'https:' ? '__Host-ates_session' : 'ates_session';

const signers = new WeakMap<Config, ReturnType<typeof makeSigner>>();

/** Signs the short token that every function checks offline; for auth-session, which alone has the private key. */
export function sessionSigner(config: Config): ReturnType<typeof makeSigner> {
  const known = signers.get(config) ?? makeSigner(createPrivateKey(readSecret(config, 'session-private-key')));
  signers.set(config, known);
  return known;
}

function makeSigner(key: KeyObject) {
  const kid = exportJWK(createPublicKey(key)).then((jwk) => calculateJwkThumbprint(jwk));
  return async (user: { id: string; role: Role }): Promise<{ token: string; expiresAt: Date }> => {
    const expiresAt = new Date((Math.floor(Date.now() / 1_000) + TOKEN_SECONDS) * 1_000);
    const token = await new SignJWT({ role: user.role })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: await kid })
      .setSubject(user.id)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(Math.floor(Date.now() / 1_000) - SKEW_SECONDS)
      .setExpirationTime(expiresAt)
      .sign(key);
    return { token, expiresAt };
  };
}

/**
 * Checks tokens against the key file (two keys may be valid at once while they are rotated). Algorithm, type, issuer
 * and audience are pinned; nothing in the token says where a key is to be found. A signature is checked once: the same
 * token is good until it ends.
 */
export async function sessionVerifier(config: Config): Promise<(cookies: Cookies) => Promise<SignedIn | null>> {
  const { keys } = JSON.parse(readSecret(config, 'session-public-keys')) as { keys: (JWK & { kid: string })[] };
  const known = new Map<string, CryptoKey>();
  for (const key of keys) known.set(key.kid, (await importJWK(key, ALGORITHM)) as CryptoKey);
  const cookieName = sessionCookieName(config);

  const checked = new Map<string, SignedIn & { expiresAt: Date }>();

  return async (cookies) => {
    const token = cookies.one(cookieName);
    if (!token) return null;
    const before = checked.get(token);
    if (before && before.expiresAt.getTime() > Date.now()) return before;
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => known.get(kid ?? '') ?? Promise.reject(new Error('kid')),
        {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp', 'iat', 'sub', 'role'],
          maxTokenAge: TOKEN_SECONDS + SKEW_SECONDS, // a token from the future or with a far end is none of ours
        },
      );
      const { sub, role, exp, aud } = payload;
      if (typeof sub !== 'string' || !isUuid(sub) || aud !== AUDIENCE) return null;
      if (!Number.isSafeInteger(exp)) return null; // 1e400 is a number too
      if (typeof role !== 'string' || !ROLES.includes(role)) return null;
      const user = { id: sub, role: role as Role, expiresAt: new Date((exp ?? 0) * 1_000) };
      if (checked.size >= MAX_CHECKED) checked.clear();
      checked.set(token, user);
      return user;
    } catch {
      return null;
    }
  };
}

/** The cookies of a request. A name that comes twice counts as absent: one of the two was planted. */
export interface Cookies {
  one(name: string): string | null;
}

export function readCookies(header: string | undefined): Cookies {
  const found = new Map<string, string | null>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    const name = pair.slice(0, at).trim();
    found.set(name, found.has(name) ? null : pair.slice(at + 1).trim());
  }
  return { one: (name) => found.get(name) ?? null };
}

/** Compares with each valid caller key in constant time; two are valid while they are rotated. */
export function callerKeyCheck(keys: readonly string[]): (given: string | undefined) => boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  const known = keys.map(digest);
  return (given) => {
    const candidate = digest(given ?? '');
    return known.reduce((found, key) => timingSafeEqual(key, candidate) || found, false);
  };
}

export const callerKeys = (config: Config): string[] => readSecret(config, 'caller-keys').split(/\s+/);
