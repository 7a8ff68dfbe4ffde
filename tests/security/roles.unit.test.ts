import { beforeAll, expect, it } from 'vitest';
import type { FunctionHandler } from '#platform/define-function';
import { definitions } from '../../scripts/generate.ts';

/** Who may use each route: the authorisation matrix, written down a second time on purpose. */
const MATRIX: Readonly<Record<string, string>> = {
  'POST /api/auth/session': 'everyone',
  'PUT /api/auth/session': 'everyone',
  'GET /api/auth/jwks': 'everyone',
  'GET /api/auth/demo': 'everyone',
  'GET /api/auth/session': 'any',
  'DELETE /api/auth/session': 'any',
  'GET /api/auth/users': 'any',
  'GET /api/auth/users/{id}': 'any',
  'POST /api/auth/users': 'admin',
  'PATCH /api/auth/users/{id}': 'any',
  'GET /api/auth/sessions': 'any',
  'DELETE /api/auth/sessions/{id}': 'any',
  'GET /api/auth/sign-ins': 'any',
  'GET /api/auth/openapi.json': 'any',
  'POST /api/tasks': 'any',
  'GET /api/tasks': 'any',
  'GET /api/tasks/{id}': 'any',
  'POST /api/tasks/{id}/close': 'any',
  'POST /api/tasks/{id}/assign': 'admin manager',
  'POST /api/tasks/reassignments': 'admin manager',
  'GET /api/tasks/reassignments': 'admin manager',
  'GET /api/tasks/reassignments/preview': 'admin manager',
  'GET /api/tasks/reassignments/{id}': 'admin manager',
  'GET /api/tasks/workload': 'accountant admin executive manager',
  'GET /api/tasks/facts': 'service',
  'GET /api/tasks/facts/totals': 'service',
  'GET /api/tasks/openapi.json': 'any',
  'GET /api/accounts/me': 'any',
  'GET /api/accounts/me/transactions': 'any',
  'GET /api/accounts/users/{id}': 'accountant admin executive',
  'GET /api/accounts/users/{id}/transactions': 'accountant admin executive',
  'GET /api/accounts/transactions': 'accountant admin executive',
  'GET /api/accounts/transactions/{id}': 'any',
  'GET /api/accounts/balances': 'accountant admin executive',
  'GET /api/accounts/summary': 'accountant admin executive',
  'GET /api/accounts/days/{date}': 'accountant admin executive',
  'POST /api/accounts/days/{date}/close': 'accountant admin',
  'GET /api/accounts/reconciliation': 'accountant admin',
  'GET /api/accounts/openapi.json': 'any',
  'GET /api/billing/payouts': 'any',
  'GET /api/billing/payouts/{id}': 'any',
  'POST /api/billing/payouts/{id}/retry': 'accountant admin',
  'GET /api/billing/reports': 'accountant admin executive',
  'GET /api/billing/me/card': 'any',
  'PUT /api/billing/me/card': 'any',
  'GET /api/billing/openapi.json': 'any',
  'GET /api/mailer/mails': 'any',
  'GET /api/mailer/mails/{id}': 'any',
  'GET /api/mailer/mails/{id}/html': 'any',
  'POST /api/mailer/mails/{id}/resend': 'admin',
  'GET /api/mailer/openapi.json': 'any',
  'GET /api/analytics/days': 'admin executive',
  'GET /api/analytics/top-task': 'admin executive',
  'GET /api/analytics/top-tasks': 'admin executive',
  'GET /api/analytics/losers': 'admin executive',
  'POST /api/analytics/rebuild': 'admin',
  'GET /api/analytics/openapi.json': 'any',
  'GET /api/ops/status': 'admin',
  'GET /api/ops/dead-letters': 'admin',
  'GET /api/ops/dead-letters/{id}': 'admin',
  'POST /api/ops/dead-letters/{id}/replay': 'admin',
  'POST /api/ops/dead-letters/{id}/drop': 'admin',
  'GET /readyz': 'everyone',
  'GET /api/ops/openapi.json': 'any',
};

let routes: readonly NonNullable<FunctionHandler['definition']['http']>[number][];
beforeAll(async () => {
  routes = (await definitions()).flatMap(({ http = [] }) => http);
});

it('every route is open to just the roles that the matrix gives it, and there is none without a row', () => {
  const found = routes.map(({ method, path, roles }) => {
    return [`${method} ${path}`, typeof roles === 'string' ? roles : [...(roles as string[])].sort().join(' ')];
  });
  expect(Object.fromEntries(found)).toEqual(MATRIX);
  expect(found).toHaveLength(Object.keys(MATRIX).length); // no route is served twice
});

it('a GET never changes anything: it has no body and no transaction', () => {
  for (const route of routes.filter(({ method }) => method === 'GET')) {
    expect(Object.keys(route), route.path).not.toContain('body');
    expect(Object.keys(route), route.path).not.toContain('prepare');
  }
});
