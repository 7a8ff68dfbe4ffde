import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { brokerDefinitions, brokerUsers } from './broker.ts';
import { refuseOpenDemo } from './demo.ts';
import { CONNECTORS, migrationSecrets, readStack } from './parts.ts';
import { Secrets } from './secrets.ts';

/**
 * The first container to run in docker compose: makes every secret once, in the volume `secrets`, and a folder for each
 * part with those it may have; a container mounts its own and no other. A one-shot: run again, it leaves what is there.
 */

/** Where the volume is mounted. */
const VOLUME = '/var/lib/ates';
/** A container runs as whoever its image says; it is kept from the others' secrets by not having their folders. */
const READABLE = { folder: 0o755, file: 0o444 };

refuseOpenDemo(process.env);
const config = readConfig();
const log = createLog('secrets', config.logLevel);
if (config.dayLengthMs !== null && config.dayStart === null) {
  throw new Error('ATES_DAY_LENGTH needs ATES_DAY_START here: the instant at which its first day begins.');
}

const secrets = new Secrets(VOLUME);
const stack = readStack(config.stackFile);
const parts: Record<string, readonly string[]> = {
  ...Object.fromEntries(Object.entries(stack).map(([name, { secrets: names = [] }]) => [name, names])),
  ...CONNECTORS,
  migrate: migrationSecrets('root'),
  mysql: ['root-database-password'],
};
for (const [part, names] of Object.entries(parts)) secrets.folderFor(part, names, READABLE);

const users = brokerUsers(Object.keys(stack), (user) => secrets.get(`${user}-broker-password`));
const broker = join(VOLUME, 'parts/rabbitmq');
mkdirSync(broker, { recursive: true });
writeFileSync(join(broker, 'definitions.json'), JSON.stringify(brokerDefinitions(users)));
chmodSync(join(VOLUME, 'parts'), READABLE.folder);
log.info({ parts: Object.keys(parts).length + 1 }, 'each part has its secrets');
