import mysql from 'mysql2/promise';

/**
 * Makes the databases and users of the services on a server, of MySQL or MariaDB; run again, it leaves what is there. Each
 * service has a user that migrates and one that works, whom the migrations grant what it may do.
 * @param server with a user who may make databases and users, and its password
 */
export async function createDatabases(
  server: URL,
  services: readonly string[],
  passwordOf: (user: string) => string,
): Promise<void> {
  const connection = await mysql.createConnection({ uri: server.href, connectTimeout: 5_000 });
  const user = async (name: string) => {
    await connection.query(`CREATE USER IF NOT EXISTS '${name}'@'%'`);
    await connection.query(`ALTER USER '${name}'@'%' IDENTIFIED BY '${passwordOf(name)}'`);
  };
  try {
    await user('outbox');
    for (const service of services) {
      await connection.query(`CREATE DATABASE IF NOT EXISTS ${service} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
      await user(service);
      await user(`${service}_owner`);
      await connection.query(`GRANT ALL ON ${service}.* TO '${service}_owner'@'%' WITH GRANT OPTION`);
    }
  } finally {
    await connection.end();
  }
}
