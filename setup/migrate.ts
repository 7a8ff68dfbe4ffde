import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import mysql from 'mysql2/promise';
import { needed, readConfig, readSecret } from '#platform/config';
import { createLog } from '#platform/log';
import { seedDemoUsers } from '../functions/auth/db/seed.ts';
import { cipherOf } from '../functions/billing/card-cipher.ts';
import { DEMO_CARD_OWNERS, seedDemoCards } from '../functions/billing/db/seed.ts';
import { createDatabases } from './databases.ts';

/**
 * Makes the services' databases and users, brings each database up to its migrations, as its owner, then grants its
 * users what they may do; in a demonstration that is empty, adds the demo users and their cards (Auth comes before
 * Billing in the list). A one-shot: exits 0 when all is done. Several at once wait for each other. The SQL stands
 * beside the bundle, a folder a service.
 */

const LOCK_SECONDS = 60;

const config = readConfig();
const log = createLog('migrate', config.logLevel);
const passwordOf = (user: string) => readSecret(config, `${user}-database-password`);
let demoIds = new Map<string, string>();

const server = new URL(needed(config.adminDatabase, 'ATES_ADMIN_DATABASE'));
server.password = encodeURIComponent(passwordOf(server.username));
const services = config.ownerDatabases.map((url) => url.pathname.slice(1));
await createDatabases(server, services, passwordOf);

for (const url of config.ownerDatabases) {
  const database = url.pathname.slice(1);
  const folder = join(dirname(process.argv[1] as string), database);
  const connection = await mysql.createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: url.username,
    password: passwordOf(url.username),
    database,
    timezone: 'Z',
    charset: 'utf8mb4',
    connectTimeout: 5_000,
  });
  try {
    const [rows] = await connection.query('SELECT GET_LOCK(?, ?) AS got', [`migrate ${database}`, LOCK_SECONDS]);
    if ((rows as { got: number }[])[0]?.got !== 1) throw new Error(`another migration of ${database} does not end`);
    await migrate(drizzle(connection), { migrationsFolder: join(folder, 'migrations') });
    for (const grant of readFileSync(join(folder, 'grants.sql'), 'utf8').split(/;\s*\n/)) {
      if (grant.trim()) await connection.query(grant);
    }
    if (database === 'auth' && config.demo) demoIds = await seedDemoUsers(connection, config.demoPassword);
    if (database === 'billing' && config.demo) {
      const owners = DEMO_CARD_OWNERS.flatMap((email) => demoIds.get(email) ?? []);
      await seedDemoCards(connection, cipherOf(config), owners);
    }
    log.info({ database }, 'migrated');
  } finally {
    await connection.end();
  }
}
