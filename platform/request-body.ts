import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError, type FieldError } from './errors.ts';
import type { FunctionEvent } from './function-runtime.ts';

export const MAX_BODY_BYTES = 64 * 1024;

/** A schema that is checked many times; the same object may be passed around as a plain schema. */
export interface Checked {
  readonly schema: TSchema;
  /** The value as the operation gets it, or what is wrong with it. */
  check(value: unknown): { value: unknown } | { errors: FieldError[] };
}

export function checked(schema: TSchema): Checked {
  const compiled = Compile(schema);
  return {
    schema,
    check(given) {
      const value = normalize(schema, given);
      return compiled.Check(value) ? { value } : { errors: fieldErrors(schema, compiled.Errors(value)) };
    },
  };
}

/** The JSON value of a body; `{}` for an empty one. Its errors come in the contract's order: 413, 415, 400. */
export function parseBody(
  event: Pick<FunctionEvent, 'headers' | 'body' | 'rawBody' | 'bodyTooLarge'>,
  maxBytes: number,
  contentTypes: readonly string[],
): unknown {
  const { 'content-type': contentType, 'content-encoding': contentEncoding } = event.headers;
  // Our template parses `body` when it is read, and throws where it cannot; OpenFaaS's own has parsed it already.
  const body = (event.rawBody ?? event.body ?? null) as Buffer | string | object | null;
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : Buffer.isBuffer(body) ? body.length : 0;
  if (event.bodyTooLarge || bytes > maxBytes) {
    throw new AppError('body-too-large', { detail: `At most ${maxBytes / 1024} KiB are taken.` });
  }
  if (body === null || (bytes === 0 && (typeof body === 'string' || Buffer.isBuffer(body)))) return {};
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const otherCharset = parameters.some((parameter) => !/^\s*charset="?utf-8"?\s*$/.test(parameter));
  if (!contentTypes.includes(type?.trim() ?? '') || otherCharset || !/^(identity)?$/.test(contentEncoding ?? '')) {
    throw new AppError('unsupported-content-type', { detail: `The body must be ${contentTypes.join(' or ')}.` });
  }
  try {
    if (typeof body === 'object' && !Buffer.isBuffer(body)) return body;
    // A byte order mark stays in, so that JSON.parse refuses it; so does what is not UTF-8.
    const text =
      typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return JSON.parse(text);
  } catch {
    throw new AppError('malformed-json');
  }
}

/** Brings the texts of a body into the form they are stored in, where their schema asks for it; changes nothing else. */
function normalize(schema: TSchema, value: unknown): unknown {
  const { properties, 'x-normalize': how } = schema as { properties?: Record<string, TSchema>; 'x-normalize'?: string };
  if (typeof value === 'string' && how) return how === 'nfc' ? value.normalize('NFC') : value.normalize('NFC').trim();
  if (!properties || value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  // Object.fromEntries defines "__proto__" as an ordinary key, which the schema then refuses.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, property ? normalize(property, item) : item];
    }),
  );
}

function fieldErrors(
  schema: TSchema,
  errors: { keyword: string; instancePath: string; message: string; params: unknown }[],
): FieldError[] {
  const told = new Map<string, string>();
  for (const { keyword, instancePath, message, params } of errors) {
    // Each unknown field is told once, by its own pointer, and not as "schema is false" or as a list at its parent.
    if (keyword === 'additionalProperties') continue;
    if (keyword === 'required') {
      for (const name of (params as { requiredProperties?: string[] }).requiredProperties ?? []) {
        told.set(`${instancePath}/${name}`, 'is missing');
      }
    } else if (!told.has(instancePath))
      told.set(
        instancePath,
        keyword === 'boolean' ? 'is not a field' : (hintAt(schema, instancePath, keyword) ?? message),
      );
  }
  return [...told].map(([pointer, detail]) => ({ pointer, detail }));
}

/** What a person is told where a pattern was not met. */
function hintAt(schema: TSchema, instancePath: string, keyword: string): string | undefined {
  if (keyword !== 'pattern') return undefined;
  const name = instancePath.split('/')[1] ?? '';
  const { properties, items, anyOf } = schema as Partial<{
    properties: Record<string, TSchema>;
    items: TSchema;
    anyOf: TSchema[];
  }>;
  const part = (name && (properties?.[name] ?? items)) || anyOf?.[0] || schema;
  return part === schema
    ? (schema as { 'x-hint'?: string })['x-hint']
    : hintAt(part, instancePath.slice(name.length + 1), keyword);
}
