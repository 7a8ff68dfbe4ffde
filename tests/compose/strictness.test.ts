import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/build.ts';
import { readStack } from '../../setup/parts.ts';
import { docker } from '../docker.ts';
import { Visitor } from '../flows/visitor.ts';
import { compose, memoryMebibytes } from './stack.ts';

/** What docker itself says of the running containers. */
interface Container {
  readonly Config: { User: string; Env: string[]; Labels: Record<string, string>; Healthcheck?: { Test: string[] } };
  readonly HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[];
    SecurityOpt: string[];
    Memory: number;
    RestartPolicy: { Name: string };
    LogConfig: { Config: Record<string, string> };
    PortBindings: Record<string, { HostIp: string }[]>;
  };
  readonly Mounts: { Type: string; Destination: string }[];
}

const stack = readStack(join(root, 'stack.yml'));
let containers: Map<string, Container>;
beforeAll(async () => {
  const ids = (await compose('ps', '--quiet', '--all')).split('\n');
  const inspected = JSON.parse(await docker(['inspect', ...ids])) as Container[];
  containers = new Map(inspected.map((one) => [one.Config.Labels['com.docker.compose.service'] ?? '', one]));
});

const exec = (service: string, script: string) => compose('exec', '--no-TTY', service, 'bash', '-c', script);
/** Whether a connection comes about; a name that is not known there counts as none. */
const reaches = (from: string, host: string, port: number) =>
  exec(from, `timeout 2 bash -c 'exec 3<>/dev/tcp/${host}/${port}' 2>/dev/null && echo yes || echo no`).then(
    (answer) => answer === 'yes',
  );

it('every container is as strict as it can be', () => {
  expect(containers.size).toBeGreaterThanOrEqual(26);
  for (const [name, { Config, HostConfig }] of containers) {
    expect(Config.User, name).toMatch(/^(1000:1000|999:999|nginx)$/);
    expect(HostConfig.ReadonlyRootfs, name).toBe(true);
    expect(HostConfig.CapDrop, name).toEqual(['ALL']);
    expect(HostConfig.SecurityOpt, name).toContain('no-new-privileges:true');
    expect(HostConfig.Memory, name).toBeGreaterThan(0);
    expect(HostConfig.LogConfig.Config, name).toEqual({ 'max-size': '10m', 'max-file': '3' });
    const once = name === 'secrets' || name === 'migrate';
    expect(HostConfig.RestartPolicy.Name, name).toBe(once ? 'no' : 'unless-stopped');
    if (!once) expect(Config.Healthcheck?.Test.length, name).toBeGreaterThan(1);
  }
});

it('nothing publishes a port beyond loopback', () => {
  const published = [...containers].flatMap(([name, { HostConfig }]) =>
    Object.values(HostConfig.PortBindings ?? {})
      .flat()
      .map(({ HostIp }) => `${name} ${HostIp}`),
  );
  expect(published.sort()).toEqual(['bank 127.0.0.1', 'mail 127.0.0.1', 'nginx 127.0.0.1']);
});

it('no secret stands in an environment, and each function has the files that stack.yml gives it', async () => {
  const values = new Set<string>();
  for (const [name, { secrets = [] }] of Object.entries(stack)) {
    const listed = await exec(name, 'cd /var/openfaas/secrets && ls -1 && head -c 4096 -- *');
    for (const secret of secrets) expect(listed, name).toContain(`==> ${secret} <==`);
    const files = listed.split('\n').filter((line) => line.startsWith('==> ')).length;
    expect(files, name).toBe(secrets.length);
    for (const [value] of listed.matchAll(/\b[\da-f]{64}\b/g)) values.add(value);
  }
  expect(values.size).toBeGreaterThan(8);
  for (const [name, { Config }] of containers) {
    for (const value of values) expect(Config.Env.join('\n'), name).not.toContain(value);
  }
});

describe('who reaches whom', () => {
  it.each([
    ['tasks-close', 'mysql', 3306],
    ['tasks-close', 'outbox', 8080],
    ['tasks-add', 'auth-api', 8080],
    ['mailer-send', 'mail', 1025],
    ['billing-pay-out', 'bank', 8080],
    ['accounts-api', 'analytics-api', 8080],
    ['queue', 'accounts-record', 8080],
    ['ops', 'auth-session', 8080],
    ['ops', 'timer', 8080],
  ])('%s reaches %s', async (from, to, port) => expect(await reaches(from, to, port)).toBe(true));

  it.each([
    ['tasks-close', 'accounts-record', 8080],
    ['tasks-close', 'auth-api', 8080],
    ['tasks-add', 'billing-pay-out', 8080],
    ['tasks-close', 'rabbitmq', 5672],
    ['auth-session', 'outbox', 8080],
    ['mailer-send', 'bank', 8080],
    ['billing-api', 'bank', 8080],
    ['analytics-api', 'mail', 1025],
    ['timer', 'rabbitmq', 5672],
    ['bank', 'mysql', 3306],
    ['mail', 'mysql', 3306],
    ['nginx', 'rabbitmq', 5672],
  ])('%s does not reach %s', async (from, to, port) => expect(await reaches(from, to, port)).toBe(false));

  it('functions and connectors have no way out of the machine', async () => {
    // A route to the world would be the default one.
    for (const name of [...Object.keys(stack), 'outbox', 'queue', 'timer', 'ops', 'mysql', 'rabbitmq']) {
      const routes = await exec(name, 'cat /proc/net/route');
      expect(
        routes.split('\n').filter((line) => line.split('\t')[1] === '00000000'),
        name,
      ).toEqual([]);
    }
  });
});

it('the database’s user of a service sees no other service’s database', async () => {
  const rights = await compose(
    ...['exec', '--no-TTY', 'mysql', 'bash', '-c'],
    'MYSQL_PWD=$(cat /var/openfaas/secrets/root-database-password) mysql --user=root --host=127.0.0.1 --batch --skip-column-names ' +
      '--execute "SELECT DISTINCT user, db FROM mysql.db UNION SELECT DISTINCT user, db FROM mysql.tables_priv ORDER BY 1, 2"',
  );
  const pairs = rights
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([user = '']) => !user.startsWith('mysql.'));
  expect(pairs.length).toBeGreaterThan(12);
  for (const [user = '', database] of pairs) {
    if (user === 'outbox') expect(['tasks', 'accounts', 'billing']).toContain(database);
    else expect(user.replace(/_owner$/, '')).toBe(database);
  }
});

it('nobody is a guest at the broker, and each connector may do what it must and no more', async () => {
  const listed = await compose('exec', '--no-TTY', 'rabbitmq', 'rabbitmqctl', '--quiet', 'list_permissions');
  const names = listed.split('\n').map((line) => line.split('\t')[0]);
  expect(names.filter((name) => name !== 'user').sort()).toEqual(['ops', 'outbox', 'queue']);
  expect(listed).toMatch(/^outbox\t\^ates\\\.outbox\$\t\^ates\\\.outbox\$\t\^\$$/m);
});

it('an entry that is opened to others with the demo’s well-known password does not come up', async () => {
  const opened = (...env: string[]) =>
    compose('run', '--rm', '--no-deps', ...env.flatMap((one) => ['--env', one]), 'secrets').then(
      () => 'came up',
      (error: Error) => error.message,
    );
  expect(await opened('ATES_BIND=0.0.0.0')).toContain('ATES_BIND opens the system to others');
  expect(await opened('ATES_BIND=0.0.0.0', 'ATES_DEMO=off')).toBe('came up');
  expect(await opened('ATES_DAY_LENGTH=20s')).toContain('ATES_DAY_LENGTH needs ATES_DAY_START');
});

it('the first admin of a system without demo users is made by a command', async () => {
  const email = `${randomUUID()}@ates.example`;
  const create = () => compose('run', '--rm', '--no-deps', 'migrate', 'node', 'setup/create-admin/main.js', email);
  const [, password = ''] = /the password (\S+)/.exec(await create()) ?? [];
  const boss = Visitor.anonymous();
  expect((await boss.send('POST', '/api/auth/session', { email, password })).status).toBe(200);
  expect((await boss.get('/api/ops/status')).status).toBe(200);
  await expect(create()).rejects.toThrow('There is a user with the e-mail');
});

it('images hold no secret, no package and no source', async () => {
  const files = await exec(
    'tasks-close',
    'find / -xdev \\( -name node_modules -o -name "*.ts" -o -name ".env*" -o -name ".git" -o -name meta.json \\) 2>/dev/null || true',
  );
  expect(files).toBe('');
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  expect(ignored[1]).toBe('*'); // what is not named there never reaches an image
});

it('all of it takes less than 2.6 GB', async () => {
  expect(await memoryMebibytes()).toBeLessThan(2_600_000_000 / 1024 / 1024);
});
