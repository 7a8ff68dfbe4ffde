import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_FUNCTIONS } from '../tests/stack/openfaas.ts';
import { root } from './build.ts';

/**
 * `npm run new:function -- tasks-close`: a function that runs and keeps the promises of every command, to be changed
 * into what it shall do: handler, test, and its entries in stack.yml, in its overlays for OpenFaaS Standard and
 * Kubernetes, in docker-compose.yml and among what Prometheus reads. Nothing that exists is touched otherwise.
 */

const [name = '', ...more] = process.argv.slice(2);
const [service = '', ...words] = name.split('-');
const operation = words.join('-');
const folder = `functions/${service}/${operation}`;

function stop(why: string): never {
  console.error(why);
  process.exit(2);
}

if (more.length > 0 || !/^[a-z]+(-[a-z]+)+$/.test(name)) stop('Usage: npm run new:function -- <service>-<operation>');
if (!existsSync(join(root, 'functions', service, 'db/schema.ts')))
  stop(`There is no service ${service} with a database.`);
if (existsSync(join(root, folder))) stop(`${folder} is there already.`);

const camel = operation.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const functionName = service + operation.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

const handler = `import { Exactly, Instant, Text } from '#contracts/fields';
import { defineFunction } from '#platform/define-function';
import { command } from '#platform/route';

/** Why it is there, in one sentence. */
const ${camel} = command({
  method: 'POST',
  path: '/api/${service}/${operation}',
  summary: 'What it does, for whoever reads the OpenAPI document.',
  roles: 'any',
  body: Exactly({ note: Text({ minLength: 1, maxLength: 200 }) }),
  answers: { 200: Exactly({ at: Instant }) },
  async run({ now }) {
    // Load, decide (in ../domain/), save (in ../db/), tell.
    const at = await now();
    return { at: at.toISOString() };
  },
});

export default defineFunction({ name: '${name}', http: [${camel}] });
`;

const test = `import { expect, it } from 'vitest';
import { keepsTheCommandPromises } from '#platform/testing/promises';
import { person, serviceUnderTest } from '#platform/testing/service-under-test';
import ${functionName} from './handler.ts';

const ${service} = serviceUnderTest('${service}');
const ${camel} = ${service}.start(${functionName});

const example = { method: 'POST', path: '/api/${service}/${operation}', body: { note: 'Title' }, as: person('worker') };
// What it changes, counted: until it changes anything, the keys of its commands.
const effects = async () => (await ${service}.rows('SELECT count(*) AS n FROM idempotency'))[0].n;

keepsTheCommandPromises(${camel}, example, effects);

it('tells when it was done', async () => {
  const { status, body } = await ${camel}.request('POST', example.path, example);
  expect(status).toBe(200);
  expect(Date.parse(body.at)).toBeGreaterThan(0);
});
`;

const entry = `
  ${name}:
    lang: ates-node
    handler: ./dist/functions/${name}
    image: \${REGISTRY:-ates}/${name}:\${TAG:-latest}
    annotations:
      com.openfaas.health.http.path: /_/health
      com.openfaas.ready.http.path: /_/ready
    environment:
      ATES_DATABASE_URL: mysql://${service}@mysql:3306/${service}
    secrets: [session-public-keys, caller-keys, request-hmac-key, ${service}-database-password]
    readonly_root_filesystem: true
    limits: *limits
    requests: *requests
    labels: *scale
`;

const container = `
  ${name}:
    <<: *function
    image: \${REGISTRY:-ates}/${name}:\${TAG:-latest}
    build: { context: ., args: { FUNCTION: ${name} } }
    environment: { <<: *settings, ATES_DATABASE_URL: 'mysql://${service}@mysql:3306/${service}' }
    volumes:
      - { type: volume, source: secrets, target: /var/openfaas/secrets, read_only: true, volume: { subpath: parts/${name} } }
    networks: [${service}]
`;

/** Adds an entry to a file of entries, behind the last one of the same service; of a new service, at the end. */
function addEntry(file: string, entry: string): void {
  const path = join(root, file);
  const entries = readFileSync(path, 'utf8')
    .trimEnd()
    .split(/\n(?=\n {2}[a-z#])/);
  const last = entries.findLastIndex((text) => text.trimStart().startsWith(`${service}-`));
  const all = entries.toSpliced(last === -1 ? entries.length : last + 1, 0, entry.trimEnd());
  writeFileSync(path, `${all.join('\n')}\n`);
}

/** Adds a line to a list of functions, behind the last one of the same service, with that one's indent. */
function addLine(file: string, lineOf: (before: string) => string): void {
  const path = join(root, file);
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = lines.findLastIndex((line) => new RegExp(`^ +(- )?${service}-`).test(line));
  if (last === -1) console.log(`${file} has no function of ${service} yet: add ${name} there.`);
  else writeFileSync(path, lines.toSpliced(last + 1, 0, lineOf(lines[last] as string)).join('\n'));
}

/** The last of a service may say its settings in full, and be alone in it: then it names them no other way. */
const onKubernetes = (before: string): string =>
  /\*\w+ \}$/.test(before)
    ? `  ${name}: { environment: *${service} }`
    : before.replace(/^ {2}[a-z-]+:/, `  ${name}:`).replace(new RegExp(`&${service} \\{.*\\} \\}$`), `*${service} }`);

mkdirSync(join(root, folder), { recursive: true });
writeFileSync(join(root, folder, 'handler.ts'), handler);
writeFileSync(join(root, folder, 'handler.int.test.ts'), test);
addEntry('stack.yml', entry);
addEntry('docker-compose.yml', container);
addLine('deploy/observe/prometheus.yml', (before) => before.replace(/[a-z-]+$/, name));
addLine('deploy/kubernetes/stack.yml', onKubernetes);
appendFileSync(join(root, 'deploy/openfaas/pro.yml'), `  ${name}:\n    labels: *many\n`);

const schema = readFileSync(join(root, 'functions', service, 'db/schema.ts'), 'utf8');
console.log(
  `Made ${folder}/ and its entries in stack.yml, docker-compose.yml and deploy/. Then: npm run generate, its row in`,
);
console.log('tests/security/roles.unit.test.ts, and npm run check.');
const count = readFileSync(join(root, 'stack.yml'), 'utf8').match(/^ {4}handler: /gm)?.length ?? 0;
if (count > MOST_FUNCTIONS) {
  console.log(`These are ${count} functions, and tests/stack refuses more than ${MOST_FUNCTIONS}: OpenFaaS Community`);
  console.log('Edition runs no more. Whoever runs another edition raises MOST_FUNCTIONS in tests/stack/openfaas.ts.');
}
if (!schema.includes('#platform/idempotency')) {
  console.log(`The service ${service} has no table for idempotency keys yet: see "A table" in CONTRIBUTING.md.`);
}
