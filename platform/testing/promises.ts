import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '#contracts/event';
import { CALLER_KEY, type FunctionUnderTest, type Person, person } from './service-under-test.ts';

/** What every function that hears events promises; `effects` tells how many there are by now. */
export function keepsTheEventPromises(
  functionUnderTest: FunctionUnderTest,
  fresh: () => EventEnvelope,
  effects: () => Promise<number>,
): void {
  describe('the promises of every function that hears events', () => {
    it('an event that comes five times, also at once, counts once, and every time is answered as handled', async () => {
      const event = fresh();
      const before = await effects();
      expect(await functionUnderTest.deliver([event, event])).toEqual({ handled: 2, failed: [] });
      const again = await Promise.all([1, 2, 3].map(() => functionUnderTest.deliver([event])));
      expect(again).toEqual(Array(3).fill({ handled: 1, failed: [] }));
      expect(await effects()).toBe(before + 1);
    });

    it('an event that comes first in many parallel calls counts once', async () => {
      const event = fresh();
      const before = await effects();
      await Promise.all(Array.from({ length: 8 }, () => functionUnderTest.deliver([event])));
      expect(await effects()).toBe(before + 1);
    });

    it('the same id with another content is refused for good, and the first stays', async () => {
      const event = fresh();
      await functionUnderTest.deliver([event]);
      const before = await effects();
      const forged = { ...event, time: '2020-01-01T00:00:00.000Z' };
      const { failed } = await functionUnderTest.deliver([forged]);
      expect(failed).toMatchObject([{ id: event.id, retryable: false }]);
      expect(await effects()).toBe(before);
    });

    it('a bad event is reported alone, and those beside it are handled', async () => {
      const good = fresh();
      const unknown = { ...fresh(), type: 'nobody.knows-this.v1' };
      const broken = { ...fresh(), data: { nonsense: true } };
      const before = await effects();
      const { handled, failed } = await functionUnderTest.deliver([unknown, good, broken]);
      expect(handled).toBe(3);
      expect(failed.map(({ id, retryable }) => ({ id, retryable }))).toEqual([
        { id: unknown.id, retryable: false },
        { id: broken.id, retryable: false },
      ]);
      expect(await effects()).toBe(before + 1);
    });

    it('takes 500 events at once and refuses 501 whole; an empty call is answered', async () => {
      const before = await effects();
      const many = Array.from({ length: 501 }, fresh);
      await expect(functionUnderTest.deliver(many)).rejects.toMatchObject({ answer: { status: 413 } });
      expect(await effects()).toBe(before);
      expect(await functionUnderTest.deliver(many.slice(1))).toEqual({ handled: 500, failed: [] });
      expect(await functionUnderTest.deliver([])).toEqual({ handled: 0, failed: [] });
      expect(await effects()).toBe(before + 500);
    });

    it.each([
      ['without the caller key', {}, 401],
      ['with a wrong caller key', { 'x-ates-caller-key': 'f'.repeat(64) }, 401],
      ['as plain JSON', { 'x-ates-caller-key': CALLER_KEY, 'content-type': 'application/json' }, 415],
    ])('%s nothing is recorded', async (_, headers, status) => {
      const before = await effects();
      const sent = { 'content-type': 'application/cloudevents-batch+json', ...headers };
      const answer = await functionUnderTest.request('POST', '/', { body: [fresh()], headers: sent });
      expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
      expect(await effects()).toBe(before);
    });
  });
}

interface CommandExample {
  readonly method: string;
  /** Where each new effect has an address of its own, what makes one ready for it. */
  readonly path: string | (() => Promise<string>);
  /** What is sent. Made anew where each effect needs its own. */
  readonly body: Record<string, unknown> | (() => Record<string, unknown>);
  /** Another body that is as valid; if left out, the same with the text "other" in its first field. */
  readonly otherBody?: Record<string, unknown>;
  readonly as: Person;
}

const withPrototype = (body: object) =>
  Buffer.from(JSON.stringify({ ...body, planted: { role: 'admin' } }).replace('"planted"', '"__proto__"'));

/** What every command promises; `effects` tells how many there are by now. */
export function keepsTheCommandPromises(
  { request }: Pick<FunctionUnderTest, 'request'>,
  { method, path, body: given, otherBody, as }: CommandExample,
  effects: () => Promise<number>,
): void {
  const ready = async () => (typeof path === 'string' ? path : path());
  const bodyOf = () => (typeof given === 'function' ? given() : given);
  const body = bodyOf();
  describe(`the promises of every command: ${method}`, () => {
    const refusals: [string, object, number][] = [
      ['nobody signed in', { body }, 401],
      ['a foreign origin', { as, body, headers: { origin: 'https://evil.example' } }, 403],
      ['a cross-site request', { as, body, headers: { 'sec-fetch-site': 'cross-site' } }, 403],
      ['a service inside', { body, headers: { 'x-ates-caller-key': CALLER_KEY } }, 403],
      ['text/plain', { as, body, headers: { 'content-type': 'text/plain' } }, 415],
      ['broken JSON', { as, body: Buffer.from('{"a":') }, 400],
      ['invalid UTF-8', { as, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) }, 400],
      ['more than 64 KiB', { as, body: { ...body, more: 'x'.repeat(65_536) } }, 413],
      ['an unknown field', { as, body: { ...body, isAdmin: true } }, 422],
      ['a prototype in the body', { as, body: withPrototype(body) }, 422],
      ['an array', { as, body: [body] }, 422],
      ['an unknown query parameter', { as, body, query: '?x=1' }, 422],
      ['an Idempotency-Key that is no UUID', { as, body, headers: { 'idempotency-key': 'again' } }, 422],
    ];
    it.each(refusals)('%s is refused with a problem, and nothing is changed', async (_, options, status) => {
      const at = await ready();
      const before = await effects();
      const { query = '', ...rest } = options as { query?: string; headers?: Record<string, string> };
      const typed = Buffer.isBuffer((rest as { body?: unknown }).body)
        ? { ...rest, headers: { 'content-type': 'application/json', ...rest.headers } }
        : rest;
      const answer = await request(method, at + query, typed);
      expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
      expect(answer.body.type).toMatch(/^\/problems\/[a-z-]+$/);
      expect(answer.body.traceId).toBe(answer.headers['x-trace-id']);
      expect(await effects()).toBe(before);
    });

    it('50 parallel posts of one Idempotency-Key have one effect and one answer', async () => {
      const at = await ready();
      const body = bodyOf();
      const before = await effects();
      const headers = { 'idempotency-key': randomUUID() };
      const answers = await Promise.all(Array.from({ length: 50 }, () => request(method, at, { as, body, headers })));
      expect(new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body]))).size).toBe(1);
      expect(answers[0]?.status).toBeLessThan(300);
      expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true')).toHaveLength(49);
      expect(await effects()).toBe(before + 1);
    });

    it('a key that was used for something else is refused, and nothing is changed', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const at = await ready();
      const body = bodyOf();
      await request(method, at, { as, body, headers });
      const before = await effects();
      const [field] = Object.keys(body);
      if (field) {
        const other = await request(method, at, { as, body: otherBody ?? { ...body, [field]: 'other' }, headers });
        expect(other).toMatchObject({ status: 409, body: { type: '/problems/idempotency-key-reused' } });
      } else {
        const elsewhere = at.replace(/[\da-f]{12}(?=\/|$)/, '000000000000'); // another address: there the key is new
        expect((await request(method, elsewhere, { as, body, headers })).headers).not.toHaveProperty(
          'idempotency-replayed',
        );
      }
      expect(await effects()).toBe(before);
    });

    it('the key of one user is nothing to another', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const at = await ready();
      const body = bodyOf();
      const first = await request(method, at, { as, body, headers });
      const second = await request(method, at, { as: person(as.role), body, headers });
      expect(first.status).toBeLessThan(300);
      expect(second.headers).not.toHaveProperty('idempotency-replayed');
    });
  });
}
