import { parse } from 'yaml';
import { SETTINGS } from '#platform/config';

/** What faas-cli 0.18 would drop from a stack file without a word, and what OpenFaaS would refuse, as findings. */

interface StackFile {
  readonly functions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The keys that faas-cli reads; it drops any other. */
const TOP_KEYS = ['version', 'provider', 'functions', 'configuration'];
const PROVIDER_KEYS = ['name', 'gateway'];
const FUNCTION_KEYS = [
  ...[
    'lang',
    'handler',
    'image',
    'fprocess',
    'environment',
    'environment_file',
    'secrets',
    'skip_build',
    'constraints',
  ],
  ...['labels', 'annotations', 'limits', 'requests', 'readonly_root_filesystem', 'build_options', 'build_args'],
  ...['namespace', 'platforms'],
];
const RESOURCE_KEYS = ['memory', 'cpu'];
/** The Community Edition deploys no more functions, and runs no more of one at once. */
export const MOST_FUNCTIONS = 15;
const MOST_REPLICAS = 5;
/** Labels of OpenFaaS that the Community Edition takes; it refuses a deployment with another. */
const COMMUNITY_LABELS = ['com.openfaas.scale.min', 'com.openfaas.scale.max'];
/** What only the paid editions take: in the overlay. */
const PAID_LABELS = ['type', 'target', 'target-proportion', 'zero', 'zero-duration'].map(
  (name) => `com.openfaas.scale.${name}`,
);
const PROBES = { 'com.openfaas.health.http.path': '/_/health', 'com.openfaas.ready.http.path': '/_/ready' };

const DNS_LABEL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^([a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?$/;

export function openfaasFindings(text: string): string[] {
  const found: string[] = [];
  const file = parse(text) as StackFile & Record<string, unknown>;
  const others = (entry: object, known: readonly string[]) => Object.keys(entry).filter((key) => !known.includes(key));
  for (const key of others(file, TOP_KEYS)) found.push(`faas-cli drops ${key}`);
  const provider = file.provider as Record<string, string>;
  for (const key of others(provider, PROVIDER_KEYS)) found.push(`provider: faas-cli drops ${key}`);
  if (provider.name !== 'openfaas') found.push('faas-cli knows no provider but openfaas');
  // Everything else that begins with a dollar sign is replaced by nothing; a literal one is $$.
  const dollars = text.replaceAll(/\$\$|\$\{(REGISTRY|TAG):-\w+\}/g, '');
  if (dollars.includes('$')) found.push('a $ that is neither $$ nor a registry or tag with its default');

  const names = Object.keys(file.functions);
  if (names.length > MOST_FUNCTIONS)
    found.push(`${names.length} functions are more than ${MOST_FUNCTIONS}: see "A new function" in CONTRIBUTING.md`);
  for (const [name, entry] of Object.entries(file.functions)) {
    const say = (finding: string) => found.push(`${name}: ${finding}`);
    const mapOf = (key: string) => (entry[key] ?? {}) as Record<string, unknown>;
    if (!DNS_LABEL.test(name)) say('no DNS label');
    for (const key of others(entry, FUNCTION_KEYS)) say(`faas-cli drops ${key}`);
    if (entry.lang !== 'ates-node') say(`its template is ${entry.lang}`);
    if (entry.image !== `\${REGISTRY:-ates}/${name}:\${TAG:-latest}`) say(`its image is ${entry.image}`);
    if (entry.readonly_root_filesystem !== true) say('its root file system can be written');

    for (const key of ['limits', 'requests']) {
      for (const other of others(mapOf(key), RESOURCE_KEYS)) say(`faas-cli drops ${other} of ${key}`);
      if (!/^\d+Mi$/.test(String(mapOf(key).memory))) say(`no ${key} of memory in Mi`);
      if (!/^\d+m?$/.test(String(mapOf(key).cpu))) say(`no ${key} of cpu`);
    }
    if (mebibytes(mapOf('requests').memory) > mebibytes(mapOf('limits').memory)) say('asks for more than its limit');

    for (const [key, value] of Object.entries({
      ...mapOf('annotations'),
      ...mapOf('labels'),
      ...mapOf('environment'),
    })) {
      if (typeof value !== 'string') say(`${key} is no text`);
    }
    for (const [key, value] of Object.entries(PROBES)) {
      if (mapOf('annotations')[key] !== value) say(`${key} is not ${value}`);
    }
    const schedule = mapOf('annotations').schedule;
    if (schedule !== undefined && mapOf('annotations').topic !== 'cron-function') say('a schedule that nobody reads');

    for (const [key, value] of Object.entries(mapOf('labels'))) {
      if (/^com\.openfaas\./.test(key) && !COMMUNITY_LABELS.includes(key)) say(`the Community Edition refuses ${key}`);
      if (!LABEL_VALUE.test(String(value))) say(`Kubernetes refuses the value of ${key}`);
    }
    const [least, most] = COMMUNITY_LABELS.map((key) => Number(mapOf('labels')[key])) as [number, number];
    if (!(least >= 1 && least <= most && most <= MOST_REPLICAS)) say(`${least} to ${most} replicas`);

    for (const [key, value] of Object.entries(mapOf('environment'))) {
      if (key.startsWith('ATES_') && !(SETTINGS as readonly string[]).includes(key)) say(`there is no setting ${key}`);
      if (/:\/\/[^/@]*:[^/@]*@/.test(String(value))) say(`a password in ${key}`);
    }
    for (const secret of (entry.secrets ?? []) as string[])
      if (!DNS_LABEL.test(secret)) say(`no name for a secret: ${secret}`);
  }
  return found;
}

/** What is wrong with the overlay for the paid editions: it scales functions that there are, and changes nothing else. */
export function overlayFindings(text: string, stack: string): string[] {
  const { functions } = parse(stack) as StackFile;
  const overlay = parse(text) as StackFile & Record<string, unknown>;
  const found = Object.keys(overlay).filter((key) => key !== 'functions');
  for (const [name, entry] of Object.entries(overlay.functions)) {
    if (!functions[name]) found.push(`${name} is not in stack.yml`);
    for (const key of Object.keys(entry)) if (key !== 'labels') found.push(`${name}: ${key} belongs into stack.yml`);
    const labels = (entry.labels ?? {}) as Record<string, unknown>;
    for (const key of Object.keys(labels))
      if (!PAID_LABELS.includes(key)) found.push(`${name}: no edition reads ${key}`);
    const annotations = (functions[name]?.annotations ?? {}) as Record<string, string>;
    const isFed = annotations.topic !== undefined || annotations['ates.events'] !== undefined;
    if (isFed && labels['com.openfaas.scale.zero'] !== 'false') found.push(`${name} is fed, and may sleep`);
  }
  for (const name of Object.keys(functions)) if (!overlay.functions[name]) found.push(`${name} is not scaled`);
  return found;
}

const mebibytes = (memory: unknown): number => Number.parseInt(String(memory), 10);
