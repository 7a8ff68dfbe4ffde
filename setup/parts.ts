import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The services that own a database; those with an outbox are read by the outbox connector. */
export const SERVICES = {
  auth: { outbox: false },
  tasks: { outbox: true },
  accounts: { outbox: true },
  billing: { outbox: true },
  mailer: { outbox: false },
  analytics: { outbox: false },
} as const;

/** The connectors, and the secrets each may have. */
export const CONNECTORS = {
  outbox: ['outbox-database-password', 'outbox-broker-password'],
  queue: ['queue-broker-password', 'caller-keys'],
  timer: [],
  ops: ['ops-broker-password', 'session-public-keys', 'caller-keys'],
} as const;

/** The secrets of the migrations, which make every user of the database, and the demo users' cards. */
export function migrationSecrets(admin: string): string[] {
  const users = [admin, 'outbox', ...Object.keys(SERVICES).flatMap((name) => [name, `${name}_owner`])];
  return [...users.map((user) => `${user}-database-password`), 'card-encryption-keys'];
}

export interface StackFunction {
  readonly secrets?: readonly string[];
}

export function readStack(file: string): Record<string, StackFunction> {
  return (parse(readFileSync(file, 'utf8')) as { functions: Record<string, StackFunction> }).functions;
}
