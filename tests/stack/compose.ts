import { parse } from 'yaml';
import { SERVICES } from '../../setup/parts.ts';
import type { StackFunction } from './stack.ts';

/** Everything in which docker-compose.yml and stack.yml disagree, or a container is less strict than it can be. */

interface Service {
  readonly image: string;
  readonly build?: { readonly target?: string; readonly args?: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly (string | Volume)[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly [key: string]: unknown;
}

interface Volume {
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly subpath?: string };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly 'x-settings': Readonly<Record<string, string>>;
}

type DeployedFunction = StackFunction & { readonly limits?: { readonly memory?: string } };

/** What is known of a function beside stack.yml: whom of other services it asks, and whether people reach it. */
export interface Known {
  readonly calls: readonly string[];
  readonly hasRoutes: boolean;
}

const CONNECTORS = ['outbox', 'queue', 'timer', 'ops'];
const ONE_SHOTS = ['secrets', 'migrate'];
/** Those that publish a port, and from where it can be reached. */
const PUBLISHED: Readonly<Record<string, RegExp>> = {
  nginx: /^\$\{ATES_BIND:-127\.0\.0\.1\}:\$\{ATES_PORT:-8080\}:8080$/,
  bank: /^127\.0\.0\.1:\$\{ATES_BANK_PORT:-8090\}:8080$/,
  mail: /^127\.0\.0\.1:\$\{ATES_INBOX_PORT:-8025\}:8080$/,
};
const ROTATION = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };

export function composeFindings(
  text: string,
  stack: Readonly<Record<string, DeployedFunction>>,
  known: Readonly<Record<string, Known>>,
): string[] {
  const compose = parse(text, { merge: true, maxAliasCount: -1 }) as Compose;
  const { services, networks } = compose;
  const functions = Object.keys(stack);
  const found: string[] = [];
  const networksOf = (name: string) => services[name]?.networks ?? [];
  const share = (a: string, b: string) => networksOf(a).some((network) => networksOf(b).includes(network));
  const needs = (a: string, b: string, why: string) => {
    if (!share(a, b)) found.push(`${a} does not reach ${b}: ${why}`);
  };

  for (const [name, service] of Object.entries(services)) {
    if (service.build?.args?.FUNCTION && !stack[name]) found.push(`${name} is not in stack.yml`);
    found.push(...strictness(name, service));
  }
  for (const [name, network] of Object.entries(networks)) {
    if (name !== 'outside' && network?.internal !== true) found.push(`the network ${name} leads outside`);
    if (name !== 'outside') continue;
    const inside = Object.keys(services).filter((service) => networksOf(service).includes(name) && !PUBLISHED[service]);
    for (const service of inside) found.push(`${service} has a way outside`);
  }

  for (const [name, entry] of Object.entries(stack)) {
    const service = services[name];
    if (!service) {
      found.push(`${name} has no container`);
      continue;
    }
    if (service.image !== entry.image) found.push(`${name}: its image is ${service.image}`);
    if (service.build?.args?.FUNCTION !== name) found.push(`${name} runs ${service.build?.args?.FUNCTION}`);
    const memory = entry.limits?.memory?.replace(/Mi$/, 'm');
    if (service.mem_limit !== memory) found.push(`${name} may take ${service.mem_limit}, not ${memory}`);
    const wanted = { ...compose['x-settings'], ...entry.environment };
    if (JSON.stringify(sorted(service.environment ?? {})) !== JSON.stringify(sorted(wanted))) {
      found.push(`${name} has another environment than in stack.yml`);
    }
  }

  // A part's folder of secrets is its own, and all that it sees of them.
  for (const [name, { volumes = [] }] of Object.entries(services)) {
    const mounts = volumes.filter((volume): volume is Volume => typeof volume !== 'string');
    for (const { source, volume, read_only } of mounts) {
      const own = source === 'secrets' && volume?.subpath === `parts/${name}` && read_only === true;
      if (!own) found.push(`${name} mounts ${source} ${volume?.subpath ?? ''}`);
    }
    const whole = volumes.some((volume) => typeof volume === 'string' && volume.startsWith('secrets:'));
    if (whole && name !== 'secrets') found.push(`${name} sees every secret`);
    if (stack[name] && mounts.length !== 1) found.push(`${name} has no secrets`);
  }

  for (const [service, { outbox }] of Object.entries(SERVICES)) {
    const own = functions.filter((name) => name.startsWith(`${service}-`));
    const others = functions.filter((name) => !own.includes(name));
    for (const name of own) needs(name, 'mysql', 'its database');
    for (const name of outbox ? own : []) needs(name, 'outbox', 'its hints');
    for (const name of others)
      if (networksOf(name).includes(service)) found.push(`${name} is in the network ${service}`);
    const databases = services.outbox?.environment?.ATES_OUTBOX_DATABASES?.split(/\s+/) ?? [];
    if (databases.includes(`mysql://outbox@mysql:3306/${service}`) !== outbox) found.push(`the outbox of ${service}`);
  }
  const owned = Object.keys(SERVICES).map((service) => `mysql://${service}_owner@mysql:3306/${service}`);
  if (services.migrate?.environment?.ATES_OWNER_DATABASES !== owned.join(' '))
    found.push('migrate makes other databases');

  for (const [name, { calls, hasRoutes }] of Object.entries(known)) {
    for (const other of calls) needs(name, other, 'it asks it');
    if (hasRoutes) needs('nginx', name, 'it has routes');
  }
  for (const [name, { annotations = {}, environment = {} }] of Object.entries(stack)) {
    if (annotations['ates.events'] !== undefined) needs('queue', name, 'it hears events');
    if (annotations.schedule !== undefined) needs('timer', name, 'it has a schedule');
    for (const [part, setting] of [
      ['bank', 'ATES_BANK_URL'],
      ['mail', 'ATES_SMTP_URL'],
    ] as const) {
      if (environment[setting] !== undefined) needs(name, part, `its ${setting}`);
      else if (share(name, part)) found.push(`${name} reaches ${part}, and has no ${setting}`);
    }
    if (share(name, 'rabbitmq')) found.push(`${name} reaches rabbitmq`);
  }
  for (const name of [...functions, ...CONNECTORS.filter((part) => part !== 'ops')]) needs('ops', name, 'its health');
  for (const name of ['outbox', 'queue', 'ops']) needs(name, 'rabbitmq', 'the broker');
  for (const name of ['timer', 'nginx', 'bank', 'mail', 'migrate']) {
    if (share(name, 'rabbitmq')) found.push(`${name} reaches rabbitmq`);
  }

  // A network across services has one hub: everybody in it asks it, or is asked by it.
  for (const network of Object.keys(networks).filter((name) => !(name in SERVICES))) {
    const members = functions.filter((name) => networksOf(name).includes(network));
    if (new Set(members.map((name) => name.split('-')[0])).size < 2) continue;
    const asks = (a: string, b: string) => known[a]?.calls.includes(b) ?? false;
    const hub = members.find((one) => members.every((other) => other === one || asks(one, other) || asks(other, one)));
    if (!hub) found.push(`the network ${network} has members that do not ask each other: ${members.join(', ')}`);
  }
  return found;
}

function strictness(name: string, service: Service): string[] {
  const found: string[] = [];
  const say = (finding: string) => found.push(`${name}: ${finding}`);
  if (service.read_only !== true) say('its file system can be written');
  if (JSON.stringify(service.cap_drop) !== '["ALL"]' || service.cap_add !== undefined) say('it has capabilities');
  if (!String(service.security_opt).includes('no-new-privileges:true')) say('it may gain privileges');
  if (service.privileged !== undefined || service.pid !== undefined || service.network_mode === 'host')
    say('it is no container');
  if (!/^\d+m$/.test(String(service.mem_limit))) say('no limit of memory');
  if (JSON.stringify(service.logging) !== JSON.stringify(ROTATION)) say('its log is not rotated');
  if (!/^\d+s$/.test(String(service.stop_grace_period))) say('no time to stop in');
  const isOnce = ONE_SHOTS.includes(name);
  if (service.restart !== (isOnce ? 'no' : 'unless-stopped')) say(`restart is ${service.restart}`);
  const ofOurs = /^\$\{REGISTRY:-ates\}\//.test(service.image); // its Dockerfile says how its health is seen
  const check = service.healthcheck as { test?: unknown; disable?: boolean } | undefined;
  if (isOnce ? check?.disable !== true : !ofOurs && !check?.test) say('nobody sees its health');
  for (const port of service.ports ?? []) if (!PUBLISHED[name]?.test(port)) say(`publishes ${port}`);
  for (const [key, value] of Object.entries(service.environment ?? {})) {
    if (/PASS|SECRET|KEY/.test(key) && !/_FILE$/.test(key) && key !== 'ATES_DEMO_PASSWORD') say(`a secret in ${key}`);
    if (/:\/\/[^/@]*:[^/@]*@/.test(String(value))) say(`a password in ${key}`);
  }
  return found;
}

const sorted = (map: object) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

/** The stage of a Dockerfile that ends it, without its comments: the image itself. */
export function lastStage(dockerfile: string): string {
  const [, last = ''] = /^(FROM node:(?:(?!^FROM )[\s\S])*)$(?![\s\S]*^FROM )/m.exec(dockerfile) ?? [];
  return last.trim();
}
