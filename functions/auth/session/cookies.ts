import type { Config } from '#platform/config';
import { sessionCookieName, TOKEN_SECONDS } from '#platform/session';

export const RENEW_COOKIE = 'ates_renew';
export const RENEW_SECONDS = 30 * 24 * 3_600;

interface Given {
  readonly token: string;
  /** Null: the browser keeps the one it has. */
  readonly renewal: string | null;
  readonly user: { readonly id: string; readonly role: string };
}

/**
 * The cookies of a session. The seed's `id` and `role` are for pages to read, and the company's zone, in which they
 * write times; no server believes them.
 */
export function sessionCookies(config: Config, { token, renewal, user }: Given): string[] {
  return [
    cookie(config, sessionCookieName(config), token, TOKEN_SECONDS, 'Path=/; HttpOnly; SameSite=Lax'),
    ...(renewal === null ? [] : [renewalCookie(config, renewal, RENEW_SECONDS)]),
    cookie(config, 'id', user.id, RENEW_SECONDS, 'Path=/; SameSite=Lax'),
    cookie(config, 'role', user.role, RENEW_SECONDS, 'Path=/; SameSite=Lax'),
    cookie(config, 'timeZone', config.timeZone, RENEW_SECONDS, 'Path=/; SameSite=Lax'),
  ];
}

export function clearedCookies(config: Config): string[] {
  return [
    cookie(config, sessionCookieName(config), '', 0, 'Path=/; HttpOnly; SameSite=Lax'),
    renewalCookie(config, '', 0),
    cookie(config, 'id', '', 0, 'Path=/; SameSite=Lax'),
    cookie(config, 'role', '', 0, 'Path=/; SameSite=Lax'),
    cookie(config, 'timeZone', '', 0, 'Path=/; SameSite=Lax'),
  ];
}

const renewalCookie = (config: Config, value: string, seconds: number) =>
  cookie(config, RENEW_COOKIE, value, seconds, 'Path=/api/auth/session; HttpOnly; SameSite=Strict');

function cookie(config: Config, name: string, value: string, seconds: number, attributes: string): string {
  const secure = config.publicUrl?.protocol === 'https:' ? '; Secure' : '';
  return `${name}=${value}; Max-Age=${seconds}; ${attributes}${secure}`;
}
