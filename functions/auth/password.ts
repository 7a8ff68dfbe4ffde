import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id: 19 MiB, two passes; about 25 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), PARAMETERS);

let nobodysHash: Promise<string> | undefined;

/** Takes the same time whether or not there is a user: for nobody it checks against a hash that nothing fits. */
export async function passwordFits(storedHash: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword(crypto.randomUUID());
  const fits = await verify(storedHash ?? (await nobodysHash), password.normalize('NFC'));
  return fits && storedHash !== null;
}
