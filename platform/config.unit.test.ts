import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigError, readConfig, readSecret } from './config.ts';

it('nothing has to be set: the defaults are the contract’s', () => {
  expect(readConfig({})).toMatchObject({ timeZone: 'Europe/Moscow', demo: false, dayLengthMs: null, publicUrl: null });
  expect(readConfig({}).addressOf('tasks-add')).toBe('http://tasks-add:8080');
});

it('an address can be a pattern, or one function’s own', () => {
  const config = readConfig({
    ATES_FUNCTION_URL: 'http://gateway:8080/function/{name}',
    ATES_URL_OUTBOX: 'http://127.0.0.1:9/',
  });
  expect(config.addressOf('auth-api')).toBe('http://gateway:8080/function/auth-api');
  expect(config.addressOf('outbox')).toBe('http://127.0.0.1:9');
});

it.each([
  [{ ATES_TIMEZONE: 'UTC' }, /Unknown setting ATES_TIMEZONE/],
  [{ ATES_TIME_ZONE: 'Moscow' }, /ATES_TIME_ZONE/],
  [{ ATES_DEMO: 'yes' }, /ATES_DEMO must be on or off/],
  [{ ATES_DAY_LENGTH: '20' }, /ATES_DAY_LENGTH/],
  [{ ATES_DAY_LENGTH: '0s' }, /ATES_DAY_LENGTH/],
  [{ ATES_DAY_START: '2026-11-23' }, /ATES_DAY_START/],
  [{ ATES_DATABASE_POOL: '-1' }, /ATES_DATABASE_POOL/],
  [{ ATES_DATABASE_POOL: '1e3' }, /ATES_DATABASE_POOL/],
  [{ ATES_DATABASE_URL: 'not a url' }, /ATES_DATABASE_URL/],
])('%j stops the start and says which setting', (env, message) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(message);
});

it.each([
  ['20s', 20_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
])('a day of %s lasts %i ms', (text, ms) => expect(readConfig({ ATES_DAY_LENGTH: text }).dayLengthMs).toBe(ms));

it('a secret is a file; one that is missing or empty stops the start, and its content is in no message', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ates-config-'));
  const config = readConfig({ ATES_SECRETS_DIR: folder });
  writeFileSync(join(folder, 'there'), ' value\n');
  writeFileSync(join(folder, 'empty'), '\n');
  expect(readSecret(config, 'there')).toBe('value');
  expect(() => readSecret(config, 'missing')).toThrow('The secret missing cannot be read: ENOENT.');
  expect(() => readSecret(config, 'empty')).toThrow('The secret empty is empty.');
  rmSync(folder, { recursive: true });
});
