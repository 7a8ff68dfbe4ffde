import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { register } from '#contracts/register';
import { asyncapiOf, type CatalogueEntry, catalogueOf, eventsTable } from './asyncapi.ts';
import { root } from './build.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document is read as it stands.
let document: any;
let catalogue: CatalogueEntry[];
let table: string;
beforeAll(() => {
  catalogue = catalogueOf(register);
  document = asyncapiOf(catalogue);
  table = eventsTable(catalogue);
});

/** Who hears what, read from stack.yml line by line, not as the generator reads it. */
const hears = readFileSync(join(root, 'stack.yml'), 'utf8')
  .split(/\n(?= {2}[a-z]+-[a-z-]+:\n)/)
  .slice(1)
  .map((block) => ({
    name: /^ {2}([a-z-]+):/.exec(block)?.[1] as string,
    events: /ates\.events: *(\S+)/.exec(block)?.[1]?.split(',') ?? [],
  }));

describe.each(register.map(({ type, source }) => ({ type, source })))('$type', ({ type, source }) => {
  it('has a channel, a message, and the service that tells it', () => {
    const [service] = type.split('.');
    expect(source).toBe(`ates/${service}`);
    expect(document.channels[type].address).toBe(type);
    expect(document.components.messages[type].summary).toMatch(/\w/);
    expect(document.operations[`${service}.tells.${type}`]).toMatchObject({ action: 'send' });
    expect(table).toMatch(new RegExp(`\\| \`${type}\` \\| .+ \\| ${service} \\|`));
  });

  it('has an operation for every function that stack.yml binds to it, and for no other', () => {
    const bound = hears.filter(({ events }) => events.includes(type.replace(/\.v\d+$/, ''))).map(({ name }) => name);
    const named = Object.entries<{ action: string; channel: { $ref: string }; 'x-queue': string }>(document.operations)
      .filter(([, { action, channel }]) => action === 'receive' && channel.$ref === `#/channels/${type}`)
      .map(([, operation]) => operation['x-queue']);
    expect(named.sort()).toEqual(bound.sort());
    for (const name of bound) expect(table.split('\n').find((line) => line.includes(`\`${type}\``))).toContain(name);
  });

  it('has a schema that takes its sample, and refuses it with another type, amount or field', () => {
    const { payload, examples } = document.components.messages[type];
    const check = Compile(payload);
    const [{ payload: sample }] = examples;
    expect(check.Check(sample)).toBe(true);
    expect(check.Check({ ...sample, type: 'nobody.knows-this.v1' })).toBe(false);
    expect(check.Check({ ...sample, data: { ...sample.data, more: 1 } })).toBe(false);
    expect(check.Check({ ...sample, data: {} })).toBe(false);
  });
});

it('every function that hears something is found', () => {
  const { functions } = parse(readFileSync(join(root, 'stack.yml'), 'utf8'));
  expect(hears.map(({ name }) => name)).toEqual(Object.keys(functions));
  expect(hears.filter(({ events }) => events.length > 0).length).toBeGreaterThan(1);
});

it('every reference leads somewhere', () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  expect(refs.length).toBeGreaterThan(10);
  for (const path of refs) {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const target = path.split('/').reduce<any>((value, key) => value?.[key], document);
    expect(target, path).toBeDefined();
  }
});

it('an event that nobody hears is shown as such', () => {
  const [first] = catalogue as [CatalogueEntry];
  expect(eventsTable([{ ...first, consumers: [] }])).toContain('| tasks | nobody |');
});
