import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything a part reads from its environment; secrets come from files beside it (`readSecret`). */
export interface Config {
  /** `mysql://user@host:port/database`, without a password. */
  readonly databaseUrl: URL | null;
  readonly databasePool: number;
  readonly secretsDir: string;
  /** Our address as browsers see it; null: whatever Host a request names. */
  readonly publicUrl: URL | null;
  /** What decides the business day (`business-day.ts`). */
  readonly timeZone: string;
  readonly dayLengthMs: number | null;
  readonly dayStart: Date | null;
  readonly demo: boolean;
  readonly demoPassword: string;
  readonly logLevel: string;
  readonly amqpUrl: URL | null;
  readonly outboxDatabases: readonly URL[];
  readonly ownerDatabases: readonly URL[];
  /** Who makes databases and users: `mysql://root@host:port`. */
  readonly adminDatabase: URL | null;
  readonly stackFile: string;
  /** Whether there is a timer connector. */
  readonly timer: boolean;
  /** Where payouts are carried out. */
  readonly bankUrl: URL | null;
  /** The mail server, `smtp://host:port`. */
  readonly smtpUrl: URL | null;
  /** Who letters come from. */
  readonly mailFrom: string;
  /** Where the mail catcher takes letters by SMTP. */
  readonly smtpPort: number;
  /** The folder in which a sandbox part keeps its data. */
  readonly sandboxDir: string;
  /** The internal address of a function or connector: `ATES_URL_<NAME>`, else the pattern `ATES_FUNCTION_URL`. */
  addressOf(name: string): string;
}

/** A setting or secret that is missing, unknown or malformed. It stops the start: running on a guess is worse. */
export class ConfigError extends Error {}

/** Every `ATES_*` name there is; `.env.example` explains each, and a test compares the two. */
export const SETTINGS = [
  'ATES_DATABASE_URL',
  'ATES_DATABASE_POOL',
  'ATES_SECRETS_DIR',
  'ATES_FUNCTION_URL',
  'ATES_PUBLIC_URL',
  'ATES_TIME_ZONE',
  'ATES_DAY_LENGTH',
  'ATES_DAY_START',
  'ATES_DEMO',
  'ATES_DEMO_PASSWORD',
  'ATES_LOG_LEVEL',
  'ATES_AMQP_URL',
  'ATES_OUTBOX_DATABASES',
  'ATES_OWNER_DATABASES',
  'ATES_ADMIN_DATABASE',
  'ATES_STACK_FILE',
  'ATES_BANK_URL',
  'ATES_SMTP_URL',
  'ATES_MAIL_FROM',
  'ATES_SMTP_PORT',
  'ATES_SANDBOX_DIR',
  'ATES_HANDLER',
  'ATES_MAX_INFLIGHT',
  'ATES_WATCHDOG',
  'ATES_DATA_DIR',
  'ATES_PORT',
  'ATES_INBOX_PORT',
  'ATES_BANK_PORT',
  'ATES_BIND',
  'ATES_RATE_LIMIT',
  'ATES_TIMER',
  'ATES_DATABASE_SERVER',
  'ATES_BROKER_SERVER',
] as const;

type Setting = (typeof SETTINGS)[number];
type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError that names the setting and says what it should hold. */
/** Of the demo users, unless `ATES_DEMO_PASSWORD` says another: everybody may know it. */
export const DEFAULT_DEMO_PASSWORD = 'popug-demo-2026';

export function readConfig(env: Environment = process.env): Config {
  const known = new Set<string>(SETTINGS);
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('ATES_') && !known.has(name) && !/^ATES_(URL|TEST)_[A-Z0-9_]+$/.test(name),
  );
  if (unknown.length > 0) throw new ConfigError(`Unknown setting ${unknown.join(', ')}: see .env.example.`);

  const text = (name: Setting, fallback = '') => env[name]?.trim() || fallback;
  const url = (name: string, value: string): URL => {
    if (!URL.canParse(value)) throw new ConfigError(`${name} is no URL.`);
    return new URL(value);
  };
  const urlOf = (name: Setting) => (text(name) ? url(name, text(name)) : null);
  const urlsOf = (name: Setting) => (text(name) ? text(name).split(/\s+/) : []).map((value) => url(name, value));
  const pattern = text('ATES_FUNCTION_URL', 'http://{name}:8080');

  return {
    databaseUrl: urlOf('ATES_DATABASE_URL'),
    databasePool: numberOf('ATES_DATABASE_POOL', text('ATES_DATABASE_POOL', '10')),
    secretsDir: text('ATES_SECRETS_DIR', '/var/openfaas/secrets'),
    publicUrl: urlOf('ATES_PUBLIC_URL'),
    timeZone: timeZoneOf(text('ATES_TIME_ZONE', 'Europe/Moscow')),
    dayLengthMs: text('ATES_DAY_LENGTH') ? durationOf('ATES_DAY_LENGTH', text('ATES_DAY_LENGTH')) : null,
    dayStart: text('ATES_DAY_START') ? instantOf('ATES_DAY_START', text('ATES_DAY_START')) : null,
    demo: switchOf('ATES_DEMO', text('ATES_DEMO', 'off')),
    demoPassword: text('ATES_DEMO_PASSWORD', DEFAULT_DEMO_PASSWORD),
    logLevel: levelOf(text('ATES_LOG_LEVEL', 'info')),
    amqpUrl: urlOf('ATES_AMQP_URL'),
    outboxDatabases: urlsOf('ATES_OUTBOX_DATABASES'),
    ownerDatabases: urlsOf('ATES_OWNER_DATABASES'),
    adminDatabase: urlOf('ATES_ADMIN_DATABASE'),
    stackFile: text('ATES_STACK_FILE', 'stack.yml'),
    timer: switchOf('ATES_TIMER', text('ATES_TIMER', 'on')),
    bankUrl: urlOf('ATES_BANK_URL'),
    smtpUrl: urlOf('ATES_SMTP_URL'),
    mailFrom: text('ATES_MAIL_FROM', 'ATES <no-reply@ates.example>'),
    smtpPort: numberOf('ATES_SMTP_PORT', text('ATES_SMTP_PORT', '1025')),
    sandboxDir: text('ATES_SANDBOX_DIR', './data'),
    addressOf(name) {
      const own = `ATES_URL_${name.toUpperCase().replaceAll('-', '_')}`;
      return url(own, env[own] || pattern.replaceAll('{name}', name)).href.replace(/\/$/, '');
    },
  };
}

/** The value of a setting that this part cannot do without. */
export function needed<T>(value: T | null, name: Setting): T {
  if (value === null) throw new ConfigError(`${name} is not set: see .env.example.`);
  return value;
}

/** The content of a secret's file, without the white space around it. */
export function readSecret(config: Config, name: string): string {
  const path = join(config.secretsDir, name);
  try {
    const value = readFileSync(path, 'utf8').trim();
    if (value !== '') return value;
  } catch (error) {
    throw new ConfigError(`The secret ${name} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
  throw new ConfigError(`The secret ${name} is empty.`);
}

function numberOf(name: Setting, value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new ConfigError(`${name} must be a whole number above 0.`);
  return Number(value);
}

function switchOf(name: Setting, value: string): boolean {
  if (value !== 'on' && value !== 'off') throw new ConfigError(`${name} must be on or off.`);
  return value === 'on';
}

function levelOf(value: string): string {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
  if (!levels.includes(value)) throw new ConfigError(`ATES_LOG_LEVEL must be one of ${levels.join(', ')}.`);
  return value;
}

function timeZoneOf(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new ConfigError('ATES_TIME_ZONE must be a zone of the IANA list, such as Europe/Moscow.');
  }
}

/** `20s`, `5m` or `2h` in milliseconds. */
function durationOf(name: Setting, value: string): number {
  const match = /^([1-9]\d{0,4})(s|m|h)$/.exec(value);
  if (!match) throw new ConfigError(`${name} must be a duration such as 20s, 5m or 2h.`);
  return Number(match[1]) * { s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as 's' | 'm' | 'h'];
}

function instantOf(name: Setting, value: string): Date {
  const instant = new Date(value);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) || Number.isNaN(instant.getTime())) {
    throw new ConfigError(`${name} must be an instant such as 2026-11-23T10:00:00.000Z.`);
  }
  return instant;
}
