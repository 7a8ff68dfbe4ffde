import fc from 'fast-check';
import Type from 'typebox';
import { expect, it } from 'vitest';
import { Exactly, Text, Uuid } from '#contracts/fields';
import { AppError } from './errors.ts';
import { checked, MAX_BODY_BYTES, parseBody } from './request-body.ts';

const parse = (body: Buffer | string | object | null, contentType?: string, contentEncoding?: string) => {
  const headers = { 'content-type': contentType, 'content-encoding': contentEncoding };
  return parseBody({ headers, body }, MAX_BODY_BYTES, ['application/json']);
};
const json = (text: string | Buffer) => parse(Buffer.from(text as string), 'application/json');

function statusOf(work: () => unknown): number {
  try {
    work();
    return 200;
  } catch (error) {
    return error instanceof AppError ? error.status : 500;
  }
}

it('every JSON value comes through as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      fc.pre(value !== null);
      expect(json(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it.each([
  '',
  '{',
  '{"a":1,}',
  '{"a":1}{"b":2}',
  '// x\n{}',
  "{'a':1}",
  'NaN',
  '{"a":Infinity}',
  '{"a":01}',
  '\uFEFF{}',
])('%j is no JSON: 400, but for an empty body, which is {}', (text) =>
  expect(statusOf(() => json(text))).toBe(text === '' ? 200 : 400),
);

it('bytes that are no UTF-8 are refused, as UTF-16 is', () => {
  expect(statusOf(() => json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])))).toBe(400);
  expect(statusOf(() => json(Buffer.from('{"a":1}', 'utf16le')))).toBe(400);
});

it('depth, keys and long keys within the limit are only data', () => {
  const depth = 10_000;
  expect(statusOf(() => json('['.repeat(depth) + ']'.repeat(depth)))).toBe(200);
  expect(statusOf(() => json(JSON.stringify({ ['k'.repeat(50_000)]: 1 })))).toBe(200);
});

it.each([
  [MAX_BODY_BYTES - 1, 200],
  [MAX_BODY_BYTES, 200],
  [MAX_BODY_BYTES + 1, 413],
])('a body of %i bytes: %i', (bytes, status) => {
  expect(statusOf(() => json(`"${'x'.repeat(bytes - 2)}"`))).toBe(status);
});

it.each([
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
  ['application/json;charset="UTF-8"', 200],
  ['Application/JSON', 200],
  [undefined, 415],
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['application/json, text/html', 415],
  ['application/json; charset=utf-7', 415],
  ['application/vnd.api+json', 415],
])('content type %s: %i', (type, status) => expect(statusOf(() => parse(Buffer.from('{}'), type))).toBe(status));

it('an encoded body is refused, an empty one needs no type, one that the template has parsed is taken', () => {
  expect(statusOf(() => parse(Buffer.from('{}'), 'application/json', 'gzip'))).toBe(415);
  expect(parse(Buffer.alloc(0))).toEqual({});
  expect(parse(null)).toEqual({});
  expect(parse({ a: 1 }, 'application/json')).toEqual({ a: 1 });
  const event = { headers: {}, body: null, bodyTooLarge: true };
  expect(statusOf(() => parseBody(event, MAX_BODY_BYTES, ['application/json']))).toBe(413);
});

const check = checked(
  Exactly({ title: Text({ minLength: 1, maxLength: 5 }), note: Type.Optional(Type.Integer()), ids: Type.Array(Uuid) }),
);
const errorsOf = (value: unknown) => {
  const outcome = check.check(value);
  return 'errors' in outcome ? outcome.errors : null;
};

it('text is trimmed and brought into NFC before its length counts, in code points', () => {
  expect(check.check({ title: '  Cafe\u0301  ', ids: [] })).toEqual({ value: { title: 'Café', ids: [] } });
  expect(errorsOf({ title: '🦜'.repeat(5), ids: [] })).toBeNull();
  expect(errorsOf({ title: '🦜'.repeat(6), ids: [] })).toMatchObject([{ pointer: '/title' }]);
  expect(errorsOf({ title: 'e\u0301'.repeat(10_000), ids: [] })).toMatchObject([{ pointer: '/title' }]);
});

it('what is missing, unknown or wrong is told once, each by its pointer', () => {
  expect(errorsOf({ tittle: 'x', ids: ['no'] })).toEqual([
    { pointer: '/title', detail: 'is missing' },
    { pointer: '/tittle', detail: 'is not a field' },
    { pointer: '/ids/0', detail: 'A UUID in lower case is needed here.' },
  ]);
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length'])(
  '%s is a field like any other unknown one',
  (name) => {
    const value = JSON.parse(`{"title":"x","ids":[],"${name}":{"role":"admin"}}`) as object;
    expect(errorsOf(value)).toEqual([{ pointer: `/${name}`, detail: 'is not a field' }]);
    expect(({} as { role?: string }).role).toBeUndefined();
  },
);

it('a thousand mistakes are told as the first few', () => {
  const told = errorsOf({ title: 'x', ids: Array(1_000).fill('no') });
  expect(told?.[0]).toMatchObject({ pointer: '/ids/0' });
  expect(told?.length).toBeLessThan(20);
});

it.each([1, true, null, ['x'], { a: 1 }])('%j is no text', (title) => {
  expect(errorsOf({ title, ids: [] })).toMatchObject([{ pointer: '/title' }]);
});
