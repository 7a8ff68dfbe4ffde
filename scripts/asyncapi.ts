import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { parse } from 'yaml';
import { dataSchemaOf, Envelope, type EventContract } from '#contracts/event';
import { root } from './build.ts';

/** An event with everything that is known of it: what the catalogue lists. */
export interface CatalogueEntry {
  readonly contract: EventContract;
  /** The comment of its file: what it says, in words. */
  readonly summary: string;
  /** The service that tells it, as its source names it. */
  readonly producer: string;
  /** The functions that hear it: those that stack.yml binds to it, whatever its version. */
  readonly consumers: readonly string[];
  readonly sample: unknown;
}

interface Stack {
  readonly functions: Record<string, { readonly annotations?: Record<string, string> }>;
}

/** Every event of the register, with who tells it and who hears it. */
export function catalogueOf(register: readonly EventContract[]): CatalogueEntry[] {
  const { functions } = parse(readFileSync(join(root, 'stack.yml'), 'utf8')) as Stack;
  return register.map((contract) => {
    const file = join(root, 'contracts', contract.type.replace('.', '/'));
    const consumers = Object.entries(functions).filter(([, { annotations }]) =>
      annotations?.['ates.events']?.split(',').includes(nameOf(contract.type)),
    );
    return {
      contract,
      summary: commentIn(readFileSync(`${file}.ts`, 'utf8')),
      producer: contract.source.replace('ates/', ''),
      consumers: consumers.map(([name]) => name),
      sample: JSON.parse(readFileSync(`${file}.sample.json`, 'utf8')),
    };
  });
}

/** The name that consumers are bound by: all versions of an event. */
const nameOf = (type: string) => type.replace(/\.v\d+$/, '');

function commentIn(source: string): string {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export const \w+ = defineEvent/s.exec(source) ?? [];
  return comment.replaceAll(/\s*\n \* ?/g, ' ').trim();
}

/** The AsyncAPI 3 document: a channel an event, `send` by the service that tells it, `receive` by each that hears it. */
export function asyncapiOf(catalogue: readonly CatalogueEntry[]): object {
  const byType = <T>(make: (entry: CatalogueEntry) => T) =>
    Object.fromEntries(catalogue.map((entry) => [entry.contract.type, make(entry)]));
  const operations = catalogue.flatMap(({ contract: { type }, producer, consumers }) => [
    [`${producer}.tells.${type}`, operationOf('send', type, { name: producer })],
    ...consumers.map((name) => [
      `${name}.hears.${type}`,
      {
        ...operationOf('receive', type, { name: name.split('-')[0] as string }),
        'x-function': name,
        'x-queue': name,
        bindings: { amqp: { ack: true, bindingVersion: '0.3.0' } },
      },
    ]),
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'ATES events',
      version: '1',
      description:
        'What the services tell each other: CloudEvents 1.0 in structured JSON, at least once and in no order. ' +
        'A consumer binds its queue to all versions of an event and knows a repeat by its id.',
    },
    defaultContentType: 'application/cloudevents+json',
    channels: byType(({ contract: { type } }) => ({
      address: type,
      messages: { event: { $ref: `#/components/messages/${type}` } },
      bindings: {
        amqp: {
          is: 'routingKey',
          exchange: { name: 'ates.events', type: 'topic', durable: true, autoDelete: false },
          bindingVersion: '0.3.0',
        },
      },
    })),
    operations: Object.fromEntries(operations),
    components: {
      messages: byType(({ contract, summary, sample }) => ({
        name: contract.type,
        summary,
        contentType: 'application/cloudevents+json',
        payload: payloadOf(contract),
        examples: [{ payload: sample }],
      })),
    },
  };
}

const operationOf = (action: 'send' | 'receive', type: string, tag: { name: string }) => ({
  action,
  channel: { $ref: `#/channels/${type}` },
  messages: [{ $ref: `#/channels/${type}/messages/event` }],
  tags: [tag],
});

/** The whole event as JSON Schema: the envelope, with what is fixed in it and the data of its contract. */
function payloadOf({ type, source, data }: EventContract): object {
  const { properties, ...envelope } = plain(Envelope) as { properties: Record<string, object> };
  const fixed = { type: { const: type }, source: { const: source }, dataschema: { const: dataSchemaOf(type) } };
  return { ...envelope, properties: { ...properties, ...fixed, data: plain(data) } };
}

const plain = (schema: TSchema): object => JSON.parse(JSON.stringify(schema));

/** The same catalogue to read: a table, newest version of each event first. */
export function eventsTable(catalogue: readonly CatalogueEntry[]): string {
  const versionOf = ({ contract }: CatalogueEntry) => Number(contract.type.replace(/^.*\.v/, ''));
  const groups = Map.groupBy(catalogue, ({ contract }) => nameOf(contract.type));
  const rows = [...groups.values()].flatMap((versions) => versions.toSorted((a, b) => versionOf(b) - versionOf(a)));
  const lines = rows.map(({ contract: { type, data }, summary, producer, consumers }) => {
    const heardBy = consumers.map((name) => `\`${name}\``).join(', ') || 'nobody';
    const fields = Object.keys((data as unknown as { properties: object }).properties);
    return `| \`${type}\` | ${summary} | ${producer} | ${heardBy} | ${fields.join(', ')} |`;
  });
  return [
    '# Events',
    '',
    'Generated by `npm run generate` from `contracts/` and `stack.yml`: do not edit. The same as AsyncAPI 3, with schemas and',
    'samples, is [asyncapi.json](asyncapi.json).',
    '',
    '| event | what it says | told by | heard by | data |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}
