import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { definitions } from '../../scripts/generate.ts';
import { Visitor } from '../flows/visitor.ts';

const ROLES = ['worker1', 'manager', 'accountant', 'executive', 'admin'] as const;
const roleOf = (name: string) => name.replace(/\d$/, '');
const visitors = new Map<string, Visitor>();

beforeAll(async () => {
  for (const name of ROLES) visitors.set(name, await Visitor.signIn(name));
});

const routes = (await definitions()).flatMap(({ http = [] }) => http);
/** The session's own routes are about nobody's role; trying them would sign the testers out. */
const tried = routes.filter(
  ({ path, roles }) => roles !== 'everyone' && roles !== 'service' && path !== '/api/auth/session',
);

describe.each(tried.map(({ method, path, roles }) => ({ method, path, roles })))(
  '$method $path',
  ({ method, path, roles }) => {
    const at = path.replaceAll(/\{\w+\}/g, randomUUID());
    // Content that is refused after the role was checked: nothing is changed by trying.
    const send = (visitor: Visitor) =>
      visitor.send(method, `${at}?unknown=1`, method === 'GET' ? undefined : { unknown: 1 });

    it('is not there for anybody who is not signed in, whatever they say of themselves', async () => {
      const answer = await Visitor.anonymous().send(method, at, method === 'GET' ? undefined : {}, {
        cookie: 'id=1; role=admin',
        'x-role': 'admin',
        'x-ates-caller-key': Visitor.run().callerKey,
      });
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/sign-in-needed' } });
    });

    it.each(ROLES)('%s', async (name) => {
      const { status } = await send(visitors.get(name) as Visitor);
      const isOpen = roles === 'any' || (roles as readonly string[]).includes(roleOf(name));
      expect(status).toBe(isOpen ? 422 : 403);
    });
  },
);

const inside = routes.filter(({ roles }) => roles === 'service');

it.each(inside.map(({ method, path }) => ({ method, path })))(
  '$method $path, for services among themselves, is not there from outside, for whomever',
  async ({ method, path }) => {
    for (const visitor of [Visitor.anonymous(), ...visitors.values()])
      expect(await visitor.send(method, path)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
  },
);

it('there are such routes', () => expect(inside.length).toBeGreaterThan(0));
