import type { FunctionHandler } from '#platform/define-function';

export interface StackFunction {
  readonly lang: string;
  readonly handler: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

export type Stack = Readonly<Record<string, StackFunction>>;
type Definition = FunctionHandler['definition'];

/** Serves REST as functions do, and knows the broker as connectors do: it is deployed as they are. */
const CONNECTORS = ['ops'];

/** Everything in which stack.yml and the functions' own definitions disagree. */
export function disagreements(stack: Stack, definitions: readonly Definition[]): string[] {
  const found: string[] = [];
  for (const { name } of definitions) {
    if (CONNECTORS.includes(name) === name in stack)
      found.push(`${name} is ${name in stack ? '' : 'not '}in stack.yml`);
  }
  for (const [name, entry] of Object.entries(stack)) {
    const definition = definitions.find((candidate) => candidate.name === name);
    if (!definition) {
      found.push(`${name} has no handler of that name`);
      continue;
    }
    if (entry.handler !== `./dist/functions/${name}`) found.push(`${name}: handler is ${entry.handler}`);
    const heard = [...new Set((definition.events?.on ?? []).map(({ type }) => type.replace(/\.v\d+$/, '')))]
      .sort()
      .join(',');
    const bound = (entry.annotations?.['ates.events'] ?? '').split(',').sort().join(',');
    if (heard !== bound) found.push(`${name} hears ${heard || 'nothing'}, and is bound to ${bound || 'nothing'}`);
    const isTimed = entry.annotations?.topic === 'cron-function' && entry.annotations.schedule !== undefined;
    if (isTimed !== (definition.work !== undefined)) {
      found.push(`${name} ${definition.work ? 'has work, and no schedule' : 'is poked, and has no work'}`);
    }
    const needed = secretsOf(definition, entry).sort().join(' ');
    const listed = [...(entry.secrets ?? [])].sort().join(' ');
    if (needed !== listed) found.push(`${name} needs the secrets ${needed}, and gets ${listed}`);
  }
  return found;
}

function secretsOf({ name, http = [] }: Definition, { environment = {} }: StackFunction): string[] {
  const user = new URL(environment.ATES_DATABASE_URL ?? 'mysql://nobody@nowhere').username;
  const takesKeys = http.some((route) => route.method !== 'GET' && route.idempotent !== false);
  return [
    'session-public-keys',
    'caller-keys',
    `${user}-database-password`,
    ...(takesKeys ? ['request-hmac-key'] : []),
    ...(name === 'auth-session' ? ['session-private-key'] : []),
    ...(name.startsWith('billing-') ? ['card-encryption-keys'] : []),
  ];
}
