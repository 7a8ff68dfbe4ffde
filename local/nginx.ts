import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Program } from './engines.ts';
import type { Launch } from './processes.ts';

interface Entry {
  readonly root: string;
  readonly listen: string;
  /** Requests a second and address; 0: no limit. */
  readonly rateLimit: number;
  /** Addresses of the functions, as `127.0.0.1:4000`. */
  readonly upstreams: Readonly<Record<string, string>>;
}

/** Writes the configuration of a private nginx in `folder`: the shared one, and what only this machine knows. */
export function prepareNginx(program: Program, folder: string, entry: Entry): Omit<Launch, 'logFile'> {
  for (const part of ['tmp', 'logs']) mkdirSync(join(folder, part), { recursive: true });
  const values: Record<string, string> = {
    ATES_NGINX_LISTEN: entry.listen,
    ATES_NGINX_WEB: join(entry.root, 'dist/web'),
    ATES_NGINX_MAPS: join(entry.root, 'nginx/maps.conf'),
    ATES_NGINX_ROUTES: join(entry.root, 'nginx/routes.conf'),
    ATES_NGINX_RATE: String(entry.rateLimit || 1_000_000),
    ATES_NGINX_BURST: String(entry.rateLimit ? 200 : 1_000_000),
  };
  const template = readFileSync(join(entry.root, 'nginx/ates.conf.template'), 'utf8');
  writeFileSync(
    join(folder, 'ates.conf'),
    template.replace(/\$\{(ATES_\w+)\}/g, (_, name: string) => values[name] ?? ''),
  );
  const upstreams = Object.entries(entry.upstreams).map(
    ([name, address]) => `upstream ${name} { server ${address} max_fails=0; keepalive 32; keepalive_timeout 60s; }`,
  );
  writeFileSync(join(folder, 'upstreams.conf'), `${upstreams.join('\n')}\n`);
  const mimeTypes =
    program.root || program.path === '/usr/sbin/nginx'
      ? `${program.root}/etc/nginx/mime.types`
      : brewMimeTypes(program);
  const lines = [
    'daemon off; worker_processes 1; pid nginx.pid; worker_rlimit_nofile 8192;',
    ...(userInfo().uid === 0 ? ['user root root;'] : []), // else its workers could not read a folder under a closed home
    'events { worker_connections 4096; }',
    'http {',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path tmp/${kind};`),
    `  include ${mimeTypes};`,
    '  include upstreams.conf;',
    '  include ates.conf;',
    '}',
  ];
  writeFileSync(join(folder, 'nginx.conf'), `${lines.join('\n')}\n`);
  const env = { ...(process.env as Record<string, string>), ...program.env };
  return { command: program.path, args: ['-p', `${folder}/`, '-c', 'nginx.conf', '-e', 'logs/error.log'], env };
}

const brewMimeTypes = ({ path }: Program) => join(dirname(dirname(path)), 'etc/nginx/mime.types');
