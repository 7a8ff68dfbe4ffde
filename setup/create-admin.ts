import mysql from 'mysql2/promise';
import { readConfig, readSecret } from '#platform/config';
import { addAdmin } from '../functions/auth/db/first-admin.ts';

/** `create-admin EMAIL`: the first user of a system without demo users; prints the password. What migrates may do it. */

const [email = ''] = process.argv.slice(2);
const config = readConfig();
const url = config.ownerDatabases.find(({ pathname }) => pathname === '/auth');
if (!url) throw new Error('ATES_OWNER_DATABASES names no database auth');

const connection = await mysql.createConnection({
  host: url.hostname,
  port: Number(url.port || 3306),
  user: url.username,
  password: readSecret(config, `${url.username}-database-password`),
  database: 'auth',
  connectTimeout: 5_000,
});
try {
  console.log(`${email} is an admin now, with the password ${await addAdmin(connection, email)}`);
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await connection.end();
}
