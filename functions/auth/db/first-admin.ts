import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { Value } from 'typebox/value';
import { v7 as uuidv7 } from 'uuid';
import { Email } from '#contracts/rest/auth';
import { hashPassword } from '../password.ts';

const DUPLICATE_KEY = 1062;

/**
 * The first user of a system without demo users; the answer is the password that was made.
 * @throws RangeError for what is no e-mail, or somebody's already.
 */
export async function addAdmin(connection: Connection, email: string): Promise<string> {
  if (!Value.Check(Email, email)) throw new RangeError(`${email} is no e-mail.`);
  const password = randomBytes(15).toString('base64url');
  const values = [uuidv7(), email, 'admin', email.split('@')[0], await hashPassword(password)];
  try {
    await connection.query(
      'INSERT INTO users (id, email, role, name, password_hash, created_at) VALUES (?, UTC_TIMESTAMP(3))',
      [values],
    );
  } catch (error) {
    if ((error as { errno?: number }).errno !== DUPLICATE_KEY) throw error;
    throw new RangeError(`There is a user with the e-mail ${email} already.`);
  }
  return password;
}
