import { MySqlContainer } from '@testcontainers/mysql';
import { System } from '../local/system.ts';
import { root } from '../scripts/build.ts';

/**
 * Starts a database and a broker for the integration tests; a test file makes what it needs in them. The database is a
 * private MariaDB, or with `ATES_TEST_ENGINE=mysql` (`npm run test:mysql`) MySQL in a container, set up as in compose.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const mysql = process.env.ATES_TEST_ENGINE === 'mysql' ? await startMysql() : null;
  const env = { ...process.env, ...(mysql && { ATES_DATABASE_SERVER: mysql.getConnectionUri(true) }) };
  const engines = new System({ dataDir: '.ates/test-engines', fresh: true, env });
  await engines.startEngines();
  process.env.ATES_TEST_DATABASE_SERVER = engines.databaseServer.href;
  process.env.ATES_TEST_BROKER_SERVER = engines.brokerServer.href;
  return async () => {
    await engines.stop();
    await mysql?.stop();
  };
}

function startMysql() {
  const settings = { source: `${root}/deploy/compose/mysql.cnf`, target: '/etc/mysql/conf.d/ates.cnf' };
  return (
    new MySqlContainer('mysql:8.4')
      .withEnvironment({ MYSQL_INITDB_SKIP_TZINFO: '1' })
      .withCopyFilesToContainer([settings])
      // Its data live as long as the run does: nothing has to reach a disk.
      .withTmpFs({ '/var/lib/mysql': 'rw,mode=1777' })
      .start()
  );
}
