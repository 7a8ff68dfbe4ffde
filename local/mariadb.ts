import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import mysql from 'mysql2/promise';
import type { Program } from './engines.ts';
import type { Launch } from './processes.ts';

/**
 * Prepares a private MariaDB in `folder`: its data, and a user `ates_admin` who may do anything, set at every start.
 * @param run runs what makes the data, to its end
 */
export async function prepareMariadb(
  program: Program,
  folder: string,
  port: number,
  password: string,
  run: (launch: Omit<Launch, 'logFile'>) => Promise<void>,
): Promise<Omit<Launch, 'logFile'>> {
  const data = join(folder, 'data');
  // The share folder is Debian's /usr/share/mysql, or Homebrew's beside the binary.
  const base =
    program.root || program.path.startsWith('/usr/sbin') ? `${program.root}/usr` : dirname(dirname(program.path));
  const tmp = join(folder, 'tmp'); // not one for all: a server that starts removes every table that it finds there
  mkdirSync(tmp, { recursive: true });
  const configFile = join(folder, 'my.cnf');
  const initFile = join(folder, 'init.sql');
  writeFileSync(
    initFile,
    `CREATE USER IF NOT EXISTS 'ates_admin'@'%';\nALTER USER 'ates_admin'@'%' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL ON *.* TO 'ates_admin'@'%' WITH GRANT OPTION;\n`,
    { mode: 0o600 },
  );
  const settings = [
    '[mariadbd]',
    `basedir=${base}`,
    ...(program.root ? [`lc-messages-dir=${base}/share/mysql`, `plugin-dir=${base}/lib/mysql/plugin`] : []),
    `datadir=${data}`,
    `tmpdir=${tmp}`,
    'socket=my.sock', // relative: a socket's path may have 107 characters at most
    `pid-file=${join(folder, 'pid')}`,
    `port=${port}`,
    'bind-address=127.0.0.1',
    'skip-name-resolve',
    `init-file=${initFile}`,
    'innodb-log-file-size=64M',
    'innodb-buffer-pool-size=256M',
    'max-connections=400',
    'character-set-server=utf8mb4',
    'collation-server=utf8mb4_bin',
    ...(userInfo().uid === 0 ? ['user=root'] : []),
  ];
  writeFileSync(configFile, `${settings.join('\n')}\n`);
  const env = { ...(process.env as Record<string, string>), ...program.env, TZ: 'UTC' };
  const args = [`--defaults-file=${configFile}`];
  if (!existsSync(data)) {
    const fresh = `${data}.new`; // one that was interrupted must not pass for a whole one
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const creator = join(dirname(program.path).replace(/sbin$/, 'bin'), 'mariadb-install-db');
    const user = userInfo();
    const how = [
      `--basedir=${base}`,
      `--datadir=${fresh}`,
      '--auth-root-authentication-method=socket',
      `--auth-root-socket-user=${user.username}`,
      '--skip-test-db',
      ...(user.uid === 0 ? ['--user=root'] : []),
    ];
    await run({ command: 'bash', args: [creator, ...args, ...how], env });
    renameSync(fresh, data);
  }
  return { command: program.path, args, env };
}

export async function databaseAnswers(server: URL): Promise<boolean> {
  const connection = await mysql.createConnection({ uri: server.href, connectTimeout: 1_000 });
  await connection.query({ sql: 'SELECT 1', timeout: 1_000 });
  await connection.end();
  return true;
}
