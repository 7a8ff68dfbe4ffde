import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nobody but the user who starts the system. */
const OURS = { folder: 0o700, file: 0o600 };

/** The secrets of a system, each a file, made once and kept; nobody types or copies one. */
export class Secrets {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'secrets');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { crv, kty, x } = publicKey.export({ format: 'jwk' });
    const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url'); // RFC 7638
    if (!existsSync(join(this.#folder, 'session-public-keys'))) {
      this.#write('session-private-key', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
      this.#write('session-public-keys', JSON.stringify({ keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] }));
    }
  }

  /** A random secret, made when it is first asked for. */
  get(name: string): string {
    const path = join(this.#folder, name);
    const random = () => randomBytes(32).toString('hex');
    // Keys that are rotated by adding a line have ids.
    if (!existsSync(path)) this.#write(name, name === 'card-encryption-keys' ? `1:${random()}` : random());
    return readFileSync(path, 'utf8').trim();
  }

  set(name: string, value: string): void {
    this.#write(name, value);
  }

  /** A folder that holds just the secrets a part may have. What is right stays: a part that runs may be reading it. */
  folderFor(part: string, names: readonly string[], mode: { folder: number; file: number } = OURS): string {
    const folder = join(this.#folder, '..', 'parts', part);
    mkdirSync(folder, { recursive: true, mode: mode.folder });
    for (const name of readdirSync(folder)) if (!names.includes(name)) rmSync(join(folder, name));
    for (const name of names) {
      const path = join(folder, name);
      const value = `${this.get(name)}\n`;
      if (existsSync(path) && readFileSync(path, 'utf8') === value) continue;
      rmSync(path, { force: true });
      writeFileSync(path, value, { mode: mode.file });
    }
    return folder;
  }

  #write(name: string, value: string): void {
    writeFileSync(join(this.#folder, name), `${value.trim()}\n`, { mode: 0o600 });
  }
}
