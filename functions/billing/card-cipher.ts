import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Config, ConfigError, readSecret } from '#platform/config';

/** Keeps card numbers unreadable in the database. */
export interface CardCipher {
  seal(userId: string, number: string): string;
  /** Null: it cannot be read; its key is gone, or it was sealed for somebody else, or changed. */
  unseal(userId: string, sealed: string): string | null;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with the user's id as authenticated data, so that a number that is moved to another person's row cannot
 * be read. The first key seals; all of them unseal, so that a key is rotated by putting another before it.
 * @param keys the id and the key, as `<id>:<64 hex digits>` a line
 */
export function cardCipher(keys: string): CardCipher {
  const known = new Map(keys.split('\n').map((line) => keyOf(line.trim())));
  const [[newest, newestKey]] = [...known] as [[string, Buffer]];
  return {
    seal(userId, number) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newestKey, iv).setAAD(Buffer.from(userId));
      const hidden = Buffer.concat([cipher.update(number, 'utf8'), cipher.final()]);
      return `${newest}:${Buffer.concat([iv, cipher.getAuthTag(), hidden]).toString('base64')}`;
    },
    unseal(userId, sealed) {
      const [id = '', text = ''] = sealed.split(':');
      const [key, bytes] = [known.get(id), Buffer.from(text, 'base64')];
      if (!key || bytes.length <= IV_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(userId)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const hidden = bytes.subarray(IV_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(hidden), decipher.final()]).toString('utf8');
      } catch {
        return null; // not what was sealed for this user
      }
    },
  };
}

function keyOf(line: string): [string, Buffer] {
  const [, id, key] = /^([A-Za-z0-9-]{1,20}):([0-9a-f]{64})$/.exec(line) ?? [];
  if (!id || !key) throw new ConfigError('Each line of the secret card-encryption-keys must be <id>:<64 hex digits>.');
  return [id, Buffer.from(key, 'hex')];
}

const ciphers = new WeakMap<Config, CardCipher>();

/** The cipher of a part's secret. @throws ConfigError where it is missing or no list of keys. */
export function cipherOf(config: Config): CardCipher {
  const cipher = ciphers.get(config) ?? cardCipher(readSecret(config, 'card-encryption-keys'));
  ciphers.set(config, cipher);
  return cipher;
}
