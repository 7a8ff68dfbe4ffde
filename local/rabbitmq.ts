import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { type BrokerUser, brokerDefinitions } from '../setup/broker.ts';
import type { Program } from './engines.ts';
import type { Launch } from './processes.ts';

interface Ports {
  readonly amqp: number;
  readonly distribution: number;
  readonly epmd: number;
}

const NODE = 'ates@localhost';

/** Prepares a private RabbitMQ in `folder` with an epmd of its own, which must be started first. */
export function prepareRabbitmq(program: Program, folder: string, ports: Ports, users: readonly BrokerUser[]) {
  for (const part of ['', 'home', 'mnesia', 'log', 'generated']) mkdirSync(join(folder, part), { recursive: true });
  tellQueuesWhereTheyAre(folder);
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const definitionsFile = file('definitions.json', JSON.stringify(brokerDefinitions(users)));
  const configFile = file(
    'rabbitmq.conf',
    [
      `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
      `load_definitions = ${definitionsFile}`,
      'loopback_users = none',
      'vm_memory_high_watermark.absolute = 1GB',
      'disk_free_limit.absolute = 100MB',
      'log.file.level = warning',
      '',
    ].join('\n'),
  );
  const env = {
    ...(process.env as Record<string, string>),
    ...program.env,
    TZ: 'UTC',
    ...(program.root ? { PATH: `${program.root}/usr/lib/erlang/bin:${process.env.PATH}` } : {}),
    detached: '1', // the script then becomes the VM, so that the child's pid is the broker's
    HOME: join(folder, 'home'),
    RABBITMQ_NODENAME: NODE,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: join(folder, 'log/rabbit.log'),
    RABBITMQ_CONFIG_FILE: configFile,
    RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config', '[].'),
    RABBITMQ_CONF_ENV_FILE: file('env.conf', ''),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[].'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP_SECONDS: '0',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
  };
  const broker: Omit<Launch, 'logFile'> = { command: program.path, args: [], env };
  const epmd: Omit<Launch, 'logFile'> = { command: epmdPath(program), args: [], env };
  return { broker, epmd };
}

/** Each quorum queue has its own note of the absolute path of its log: in a folder that was moved it finds nothing. */
function tellQueuesWhereTheyAre(folder: string): void {
  for (const path of globSync(`mnesia/${NODE}/quorum/${NODE}/*/config`, { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8');
    const inside = `/mnesia/${NODE}/quorum/${NODE}"`;
    const moved = text.replaceAll(new RegExp(`"[^"]*${inside}`, 'g'), `"${folder}${inside}`);
    if (moved !== text) writeFileSync(join(folder, path), moved);
  }
}

/** epmd comes with Erlang: beside a fetched one, or from the PATH. */
function epmdPath({ root, path }: Program): string {
  const erlang = root || path.startsWith('/usr/lib') ? `${root}/usr/lib/erlang` : '';
  if (!erlang) return join(dirname(path), '../../../bin/epmd');
  const runtime = readdirSync(erlang).find((name) => name.startsWith('erts-'));
  return join(erlang, runtime ?? '', 'bin/epmd');
}

/** It speaks AMQP: it answers the protocol's header with anything. */
export function brokerAnswers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 }, () => socket.write('AMQP\x00\x00\x09\x01'));
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => resolve(false));
  });
}
