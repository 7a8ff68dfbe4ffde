import { createHash, randomBytes } from 'node:crypto';

export interface BrokerUser {
  readonly name: string;
  readonly password: string;
  readonly tags: string;
  /** Regular expressions over the names of queues and exchanges. */
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** The connectors' users, with the least that each needs. */
export function brokerUsers(functions: readonly string[], passwordOf: (user: string) => string): BrokerUser[] {
  const user = (name: string, configure: string, write: string, read: string) => ({
    ...{ name, configure, write, read, tags: '' },
    password: passwordOf(name),
  });
  const queue = `(${functions.join('|')})`;
  const exchanges = 'ates\\.(events|outbox)';
  const heard = `${queue}(\\.dead)?`;
  return [
    user('outbox', '^ates\\.outbox$', '^ates\\.outbox$', '^$'),
    // It parks by the default exchange, which RabbitMQ calls amq.default, and names it for dead letters.
    // To lead one exchange to another it reads the one and writes the other.
    user('queue', `^(${exchanges}|${heard})$`, `^(amq\\.default|ates\\.events|${heard})$`, `^(${exchanges}|${heard})$`),
    // It locks the dead letters by a queue of its own, and sends them back to their queues as `queue` parks them.
    user('ops', '^ates\\.ops$', '^amq\\.default$', `^${queue}\\.dead$`),
  ];
}

/** What RabbitMQ reads at its start (`load_definitions`): its users and what they may do, and no guest. */
export function brokerDefinitions(users: readonly BrokerUser[]): object {
  const vhost = '/';
  return {
    users: users.map(({ name, password, tags }) => ({
      name,
      password_hash: passwordHash(password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags,
    })),
    vhosts: [{ name: vhost }],
    permissions: users.map(({ name: user, configure, write, read }) => ({ user, vhost, configure, write, read })),
  };
}

/** RabbitMQ's own form: a random salt of four bytes, then SHA-256 of salt and password. */
function passwordHash(password: string): string {
  const salt = randomBytes(4);
  const digest = createHash('sha256')
    .update(Buffer.concat([salt, Buffer.from(password)]))
    .digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
