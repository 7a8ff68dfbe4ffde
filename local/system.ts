import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DEFAULT_DEMO_PASSWORD, readConfig } from '#platform/config';
import { build, root } from '../scripts/build.ts';
import { brokerUsers } from '../setup/broker.ts';
import { refuseOpenDemo } from '../setup/demo.ts';
import { CONNECTORS, migrationSecrets, readStack, SERVICES } from '../setup/parts.ts';
import { Secrets } from '../setup/secrets.ts';
import { type EngineKind, findEngines, MARIADB, NGINX, type Program, RABBITMQ } from './engines.ts';
import { databaseAnswers, prepareMariadb } from './mariadb.ts';
import { prepareNginx } from './nginx.ts';
import { answers, Part, type PartPlan } from './part.ts';
import { plainPath } from './plain-path.ts';
import { freePort, isFree, type Launch, onFreePort, Processes, StillStopping } from './processes.ts';
import { brokerAnswers, prepareRabbitmq } from './rabbitmq.ts';

const PASSED_ON = [
  'ATES_TIME_ZONE',
  'ATES_DAY_LENGTH',
  'ATES_LOG_LEVEL',
  'ATES_PUBLIC_URL',
  'ATES_DATABASE_POOL',
  'ATES_MAIL_FROM',
  // What OpenTelemetry's own specification names.
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER_ARG',
];
const DATABASE_ADMIN = 'ates_admin';
const INSTALL_TIMEOUT_MS = 60_000;
const MIGRATE_TIMEOUT_MS = 120_000;
const stackFile = join(root, 'stack.yml');

/** run.json, as docs and tests know it. */
export interface Run {
  url: string;
  /** The mail catcher's. */
  inboxUrl: string;
  /** The sandbox bank's. */
  bankUrl: string;
  amqpUrl: string;
  demoPassword: string;
  callerKey: string;
  databases: Record<string, string>;
  parts: Record<string, { pid: number | null; url: string }>;
}

export interface SystemOptions {
  readonly dataDir?: string;
  readonly fresh?: boolean;
  /** What is built will be built again, as sources are saved. */
  readonly watch?: boolean;
  /** The environment that decides (`ATES_*`); the process's own if left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly say?: (line: string) => void;
}

interface Settings {
  port?: number;
  inboxPort?: number;
  bankPort?: number;
  dayStart?: string;
}

/** The whole system on one machine: private engines, a process for each function and connector, nginx in front. */
export class System {
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #say: (line: string) => void;
  readonly #watch: boolean;
  readonly #processes: Processes;
  readonly #secrets: Secrets;
  readonly #parts = new Map<string, Part>();
  #databaseServer: URL | null = null;
  #brokerServer: URL | null = null;
  #url = '';
  #inboxUrl = '';
  #smtpUrl = '';
  #bankUrl = '';
  #running = false;
  /** Settles when nothing is being started any more. */
  #starting: Promise<unknown> = Promise.resolve();
  #migration: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  /** @throws Error when a system is running on the data folder. */
  constructor(options: SystemOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#say = options.say ?? (() => undefined);
    this.#watch = options.watch ?? false;
    const dataDir = options.dataDir ?? this.#env.ATES_DATA_DIR ?? '.ates';
    this.dataDir = isAbsolute(dataDir) ? dataDir : join(root, dataDir);
    mkdirSync(join(this.dataDir, 'log'), { recursive: true, mode: 0o700 });
    if (this.dataDir.startsWith(join(root, '/'))) chmodSync(this.dataDir, 0o700); // made by an earlier version
    this.#processes = this.#launcher();
    rmSync(join(this.dataDir, 'run.json'), { force: true }); // a starter that was killed could not
    rmSync(join(this.dataDir, 'control.json'), { force: true });
    if (options.fresh) {
      for (const part of ['database', 'broker', 'nginx', 'mail', 'bank', 'secrets', 'parts', 'settings.json', 'log']) {
        rmSync(join(this.dataDir, part), { recursive: true, force: true });
      }
      mkdirSync(join(this.dataDir, 'log'), { recursive: true });
    }
    this.#secrets = new Secrets(this.dataDir);
  }

  #launcher(): Processes {
    try {
      return new Processes(join(this.dataDir, 'run'));
    } catch (error) {
      const run = join(this.dataDir, 'run.json');
      if (error instanceof StillStopping || !existsSync(run)) throw error;
      const { url } = JSON.parse(readFileSync(run, 'utf8')) as Run;
      throw new Error(`${(error as Error).message} It is at ${url}; npm run ates -- stop ends it.`);
    }
  }

  get databaseServer(): URL {
    return this.#databaseServer ?? unknown('the database');
  }

  get brokerServer(): URL {
    return this.#brokerServer ?? unknown('the broker');
  }

  /** Starts database and broker, or takes the servers that `ATES_DATABASE_SERVER` and `ATES_BROKER_SERVER` name. */
  startEngines(): Promise<void> {
    return this.#noted(this.#startEngines());
  }

  async #startEngines(): Promise<void> {
    const given = { database: this.#env.ATES_DATABASE_SERVER, broker: this.#env.ATES_BROKER_SERVER };
    if (given.database) this.#databaseServer = new URL(given.database);
    if (given.broker) this.#brokerServer = new URL(given.broker);
    const kinds = [given.database ? [] : [MARIADB], given.broker ? [] : [RABBITMQ]].flat();
    await this.#step('engines', () => this.#find(kinds));
    await this.#step('database and broker', async () => {
      await allOf([given.database ? null : this.#startDatabase(), given.broker ? null : this.#startBroker()]);
    });
  }

  /** Starts everything; resolves with what run.json holds. */
  start(): Promise<Run> {
    return this.#noted(this.#start());
  }

  async #start(): Promise<Run> {
    await checkSettings(this.#env);
    await this.#find([NGINX]);
    const built = () => unlessAborted(this.#processes.stopping, () => build({ again: this.#watch }));
    await allOf([this.#step('build', built), this.#startEngines()]);
    await this.#step('databases and migrations', () => this.#migrate());
    const [nginx] = await this.#find([NGINX]);
    await this.#step('mail catcher and bank', async () => {
      await this.#startMail();
      await this.#startBank();
    });
    await this.#step('functions and connectors', () => this.#startParts());
    await this.#step('nginx', async () => {
      const upstreams = Object.fromEntries(
        [...this.#parts].flatMap(([name, part]) =>
          name === 'ops' || functionNames().includes(name) ? [[name, new URL(part.plan.url).host]] : [],
        ),
      );
      const rateLimit = Number(this.#env.ATES_RATE_LIMIT ?? 50);
      const folder = join(plainPath(this.dataDir), 'nginx');
      const bind = this.#env.ATES_BIND ?? '127.0.0.1';
      await this.#onItsPort('port', this.#env.ATES_PORT, 8080, async (port) => {
        this.#url = `http://127.0.0.1:${port}`;
        const launch = prepareNginx(nginx as never, folder, {
          root: plainPath(root),
          listen: `${bind}:${port}`,
          rateLimit,
          upstreams,
        });
        await this.#add('nginx', this.#url, launch, () => answers(`${this.#url}/healthz`), { stopSignal: 'SIGQUIT' });
      });
    });
    this.#running = true;
    this.#writeRun();
    return this.run;
  }

  get run(): Run {
    const parts = [...this.#parts].filter(([name]) => name !== 'epmd');
    return {
      url: this.#url,
      inboxUrl: this.#inboxUrl,
      bankUrl: this.#bankUrl,
      amqpUrl: this.brokerServer.href,
      demoPassword: this.#env.ATES_DEMO_PASSWORD ?? DEFAULT_DEMO_PASSWORD,
      callerKey: this.#secrets.get('caller-keys'),
      databases: Object.fromEntries(
        Object.keys(SERVICES).map((name) => [name, new URL(name, this.databaseServer).href]),
      ),
      parts: Object.fromEntries(parts.map(([name, part]) => [name, { pid: part.pid, url: part.plan.url }])),
    };
  }

  get parts(): ReadonlyMap<string, Part> {
    return this.#parts;
  }

  #find(kinds: readonly EngineKind[]): Promise<Program[]> {
    const folder = join(root, '.ates', 'engines'); // shared by all data folders
    return findEngines(kinds, folder, this.#say, this.#processes.stopping);
  }

  #noted<T>(work: Promise<T>): Promise<T> {
    this.#starting = Promise.allSettled([this.#starting, work]);
    return work;
  }

  /**
   * Stops what takes work first, then what moves it, then the engines; leaves nothing behind, also of a start that is
   * under way.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Ends everything at once. */
  kill(): void {
    this.#processes.close();
  }

  async #stop(): Promise<void> {
    this.#running = false;
    this.#processes.refuse();
    rmSync(join(this.dataDir, 'run.json'), { force: true });
    await this.#migration.catch(() => undefined); // half of one could not be done again
    const stop = (names: readonly string[]) => Promise.all(names.map((name) => this.#parts.get(name)?.stop()));
    await stop(['nginx']);
    await stop([...this.#parts.keys()].filter((name) => functionNames().includes(name)));
    await stop(Object.keys(CONNECTORS));
    await stop(['mail', 'bank', 'database', 'broker']);
    await stop(['epmd']);
    await this.#starting;
    this.#processes.close();
  }

  async #startDatabase(): Promise<void> {
    const [program] = await this.#find([MARIADB]);
    const port = await freePort();
    const password = this.#secrets.get(`${DATABASE_ADMIN}-database-password`);
    const server = new URL(`mysql://${DATABASE_ADMIN}:${password}@127.0.0.1:${port}/`);
    const logFile = join(this.dataDir, 'log/mariadb-install-db.log');
    const launch = await prepareMariadb(
      program as never,
      join(plainPath(this.dataDir), 'database'),
      port,
      password,
      (install) => this.#processes.run('mariadb-install-db', { ...install, logFile }, INSTALL_TIMEOUT_MS),
    );
    this.#databaseServer = server;
    await this.#add('database', server.href, launch, () => databaseAnswers(server), { stopWithinMs: 30_000 });
  }

  async #startBroker(): Promise<void> {
    const [program] = await this.#find([RABBITMQ]);
    const ports = { amqp: await freePort(), distribution: await freePort(), epmd: await freePort() };
    const passwordOf = (user: string) => this.#secrets.get(`${user}-broker-password`);
    const everything = { configure: '.*', write: '.*', read: '.*' };
    const admin = { name: 'admin', tags: 'administrator', password: passwordOf('admin'), ...everything };
    const users = [...brokerUsers(functionNames(), passwordOf), admin];
    const { broker, epmd } = prepareRabbitmq(program as never, join(plainPath(this.dataDir), 'broker'), ports, users);
    const speaks = async (port: number) => (await brokerAnswers(port)) || Promise.reject(new Error('silent'));
    await this.#add('epmd', `tcp://127.0.0.1:${ports.epmd}`, epmd, async () => true, {});
    this.#brokerServer = new URL(`amqp://admin:${this.#secrets.get('admin-broker-password')}@127.0.0.1:${ports.amqp}`);
    await this.#add('broker', `amqp://127.0.0.1:${ports.amqp}`, broker, () => speaks(ports.amqp), {
      readyWithinMs: 90_000,
      stopWithinMs: 30_000,
    });
  }

  async #startMail(): Promise<void> {
    const smtpPort = await freePort();
    this.#smtpUrl = `smtp://127.0.0.1:${smtpPort}`;
    await this.#onItsPort('inboxPort', this.#env.ATES_INBOX_PORT, 8025, async (port) => {
      this.#inboxUrl = `http://127.0.0.1:${port}`;
      await this.#startSandbox('mail', this.#inboxUrl, { ATES_SMTP_PORT: String(smtpPort) });
    });
  }

  #startBank(): Promise<void> {
    return this.#onItsPort('bankPort', this.#env.ATES_BANK_PORT, 8090, async (port) => {
      this.#bankUrl = `http://127.0.0.1:${port}`;
      await this.#startSandbox('bank', this.#bankUrl, {});
    });
  }

  async #startSandbox(name: 'mail' | 'bank', url: string, own: Record<string, string>): Promise<void> {
    const place = { HOST: '127.0.0.1', PORT: new URL(url).port, ATES_SANDBOX_DIR: join(this.dataDir, name) };
    const env = this.#partEnv(name, [], { ...place, ...own });
    const launch = { command: process.execPath, args: [join(root, 'dist/sandbox', name, 'main.js')], env, cwd: root };
    await this.#add(name, url, launch, () => answers(`${url}/_/ready`), {});
  }

  /** On the port that is given; else on one that stays from start to start, so that what people open keeps its address. */
  async #onItsPort(
    setting: 'port' | 'inboxPort' | 'bankPort',
    given: string | undefined,
    usual: number,
    start: (port: number) => Promise<void>,
  ): Promise<void> {
    if (given) return start(Number(given));
    const port = await onFreePort(this.#settings()[setting] ?? usual, start);
    this.#keepSettings({ ...this.#settings(), [setting]: port });
  }

  async #migrate(): Promise<void> {
    const { username: admin, password } = this.databaseServer;
    this.#secrets.set(`${admin}-database-password`, decodeURIComponent(password)); // of a server that was given
    const owned = Object.keys(SERVICES).map((service) => this.#databaseUrl(`${service}_owner`, service));
    const env = this.#partEnv('migrate', migrationSecrets(admin), {
      ATES_ADMIN_DATABASE: this.#databaseUrl(admin, ''),
      ATES_OWNER_DATABASES: owned.join(' '),
      ATES_DEMO_PASSWORD: this.#env.ATES_DEMO_PASSWORD ?? DEFAULT_DEMO_PASSWORD,
    });
    const logFile = join(this.dataDir, 'log/migrate.log');
    const args = [join(root, 'dist/setup/migrate/main.js')];
    const launch = { command: process.execPath, args, env, logFile };
    this.#migration = this.#processes.run('migrate', launch, MIGRATE_TIMEOUT_MS, { whole: true });
    await this.#migration;
  }

  async #startParts(): Promise<void> {
    const stack = readStack(stackFile);
    const names = [...Object.keys(stack), ...Object.keys(CONNECTORS)];
    const urls: Record<string, string> = {};
    for (const name of names) urls[name] = `http://127.0.0.1:${await freePort()}`;
    const addresses = Object.fromEntries(
      names.map((name) => [`ATES_URL_${name.toUpperCase().replaceAll('-', '_')}`, urls[name] as string]),
    );
    const add = (name: string, secrets: readonly string[], own: Record<string, string>, file: string) => {
      const url = urls[name] as string;
      const env = this.#partEnv(name, secrets, { ...addresses, ...own, HOST: '127.0.0.1', PORT: new URL(url).port });
      const launch = { command: process.execPath, args: [file], env, cwd: root };
      return this.#add(name, url, launch, () => answers(`${url}/_/ready`), {});
    };
    const functions = Object.entries(stack).map(([name, { secrets = [] }]) => {
      const service = name.split('-')[0] as string;
      const own: Record<string, string> = {
        ATES_HANDLER: join(root, 'dist/functions', name),
        ATES_DATABASE_URL: this.#databaseUrl(service, service),
      };
      if (service === 'auth') own.ATES_DEMO_PASSWORD = this.#env.ATES_DEMO_PASSWORD ?? DEFAULT_DEMO_PASSWORD;
      if (service === 'mailer') own.ATES_SMTP_URL = this.#smtpUrl;
      if (service === 'billing') own.ATES_BANK_URL = this.#bankUrl;
      return add(name, secrets, own, join(root, 'template/ates-node/index.mjs'));
    });
    const outboxes = Object.entries(SERVICES).flatMap(([name, { outbox }]) =>
      outbox ? [this.#databaseUrl('outbox', name)] : [],
    );
    const own = {
      outbox: { ATES_AMQP_URL: this.#brokerUrl('outbox'), ATES_OUTBOX_DATABASES: outboxes.join(' ') },
      queue: { ATES_AMQP_URL: this.#brokerUrl('queue'), ATES_STACK_FILE: stackFile },
      timer: { ATES_STACK_FILE: stackFile },
      ops: {
        ATES_AMQP_URL: this.#brokerUrl('ops'),
        ATES_STACK_FILE: stackFile,
        ATES_TIMER: this.#env.ATES_TIMER ?? 'on',
        ATES_HANDLER: join(root, 'dist/connectors/ops'),
      },
    };
    const programOf = (name: string) =>
      name === 'ops' ? join(root, 'template/ates-node/index.mjs') : join(root, 'dist/connectors', name, 'main.js');
    const addConnector = (name: keyof typeof CONNECTORS) => add(name, CONNECTORS[name], own[name], programOf(name));
    const connectors = (['outbox', 'queue', 'ops'] as const).map(addConnector);
    await allOf([...functions, ...connectors]);
    // After those that it pokes: it would find them away.
    if (this.#env.ATES_TIMER !== 'off') await addConnector('timer');
  }

  #databaseUrl(user: string, database: string): string {
    const { hostname, port } = this.databaseServer;
    return `mysql://${user}@${hostname}:${port || 3306}/${database}`;
  }

  /** A private broker has a user for each connector; with a server that was given all use its user. */
  #brokerUrl(user: string): string {
    const given = this.#env.ATES_BROKER_SERVER ? new URL(this.#env.ATES_BROKER_SERVER) : null;
    if (given) this.#secrets.set(`${user}-broker-password`, decodeURIComponent(given.password));
    const url = new URL(this.brokerServer.href);
    url.password = '';
    if (!given) url.username = user;
    return url.href;
  }

  #partEnv(name: string, secrets: readonly string[], own: Record<string, string>): Record<string, string> {
    const passed = PASSED_ON.flatMap((key) => (this.#env[key] ? [[key, this.#env[key] as string]] : []));
    return {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      ...Object.fromEntries(passed),
      ...(this.#env.ATES_DAY_LENGTH ? { ATES_DAY_START: this.#dayStart() } : {}),
      ATES_DEMO: this.#env.ATES_DEMO ?? 'on',
      ATES_SECRETS_DIR: this.#secrets.folderFor(name, secrets),
      ...own,
    };
  }

  /** Written once: the days of a demonstration go on where they were. */
  #dayStart(): string {
    const settings = this.#settings();
    const dayStart = settings.dayStart ?? new Date().toISOString();
    this.#keepSettings({ ...settings, dayStart });
    return dayStart;
  }

  async #add(
    name: string,
    url: string,
    launch: Omit<Launch, 'logFile'>,
    ready: PartPlan['ready'],
    limits: Partial<Pick<PartPlan, 'readyWithinMs' | 'stopSignal' | 'stopWithinMs'>>,
  ): Promise<void> {
    const logFile = join(this.dataDir, 'log', `${name}.log`);
    const defaults = { readyWithinMs: 30_000, stopSignal: 'SIGTERM', stopWithinMs: 20_000 } as const;
    const plan = { name, url, launch: { ...launch, logFile }, ready, ...defaults, ...limits };
    const part = new Part(plan, this.#processes, () => this.#writeRun());
    this.#parts.set(name, part);
    try {
      await part.start();
    } catch (error) {
      await part.stop(); // it may be started again elsewhere
      throw error;
    }
  }

  async #step(what: string, work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    await work();
    this.#say(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  }

  #settings(): Settings {
    const path = join(this.dataDir, 'settings.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Settings) : {};
  }

  #keepSettings(settings: Settings): void {
    writeFileSync(join(this.dataDir, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
  }

  #writeRun(): void {
    if (!this.#running) return;
    const path = join(this.dataDir, 'run.json');
    writeFileSync(`${path}.new`, `${JSON.stringify(this.run, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

const functionNames = (): string[] => Object.keys(readStack(stackFile));

/** What would be told late, and by a part that dies, is told before anything starts. @throws Error for a person. */
async function checkSettings(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  readConfig(env);
  refuseOpenDemo(env);
  if (!/^\d{1,6}$/.test(env.ATES_RATE_LIMIT ?? '50')) throw new Error('ATES_RATE_LIMIT must be a whole number.');
  for (const name of ['ATES_PORT', 'ATES_INBOX_PORT', 'ATES_BANK_PORT']) {
    const given = env[name];
    if (!given) continue;
    const port = Number(given);
    if (!/^\d+$/.test(given) || port < 1 || port > 65_535) throw new Error(`${name} must be a port: 1 to 65535.`);
    if (!(await isFree(port))) throw new Error(`Port ${port} (${name}) is taken.`);
  }
}

/** For work that leaves nothing behind in the data folder: nobody who stops waits for it. */
function unlessAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return Promise.race([work(), aborted]);
}

/** Fails as the first that fails, but not before all have come to their end. */
async function allOf(works: readonly (Promise<unknown> | null)[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

function unknown(what: string): never {
  throw new Error(`${what} was not started`);
}
