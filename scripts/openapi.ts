import Type, { type TSchema } from 'typebox';
import { Problem } from '#contracts/rest/problem';
import type { FunctionDefinition } from '#platform/define-function';
import { AppError, type RefusalCode } from '#platform/errors';
import type { Route } from '#platform/route';

type Definitions = readonly Pick<FunctionDefinition<readonly never[]>, 'name' | 'http'>[];

/** What every route may answer beside its own refusals, by what it is. */
function refusalsOf({ method, roles, refusals = [], ...route }: Route): RefusalCode[] {
  const isCommand = method !== 'GET';
  const takesBody = isCommand && 'body' in route && route.body !== undefined;
  const idempotent = isCommand && !('idempotent' in route && route.idempotent === false);
  return [
    ...(roles === 'everyone' ? [] : (['sign-in-needed'] as const)),
    ...(Array.isArray(roles) ? (['role-not-allowed'] as const) : []),
    ...(isCommand ? (['foreign-origin', 'body-too-large', 'unsupported-content-type', 'malformed-json'] as const) : []),
    ...(takesBody || route.query || idempotent ? (['invalid-content'] as const) : []),
    ...(idempotent ? (['idempotency-key-reused', 'outcome-unknown'] as const) : []),
    ...(route.params ? (['not-found'] as const) : []),
    ...(refusals as readonly RefusalCode[]),
    'too-many-requests',
    'temporarily-unavailable',
    'internal-error',
  ];
}

/** The OpenAPI 3.1 document of a service, from the routes of its functions. */
export function openapiOf(service: string, functions: Definitions): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { name, http = [] } of functions) {
    for (const route of http) {
      paths[route.path] ??= {};
      (paths[route.path] as Record<string, object>)[route.method.toLowerCase()] = operationOf(name, route);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: `ATES ${service}`, version: '1', description: 'Amounts are whole cents, instants UTC.' },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: { schemas: { Problem: plain(Problem) } },
  };
}

function operationOf(name: string, route: Route): object {
  const { summary, roles, answers, params = {}, query = {} } = route;
  const isCommand = route.method !== 'GET';
  const body = isCommand ? route.body : undefined;
  const idempotent = isCommand && route.idempotent !== false;
  const csv = route.method === 'GET' && route.csv;
  const successes = Object.entries(answers as Record<string, TSchema | null>).map(([status, schema]) => [
    status,
    {
      description: 'Done.',
      ...(schema && {
        content: {
          'application/json': { schema: plain(schema) },
          ...(csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
        },
      }),
    },
  ]);
  const refused = new Map<number, RefusalCode[]>();
  for (const code of refusalsOf(route)) {
    const { status } = new AppError(code);
    refused.set(status, [...new Set([...(refused.get(status) ?? []), code])]);
  }
  const problems = [...refused].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `/problems/${code}`).join(', '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return {
    operationId: `${name} ${route.method} ${route.path}`,
    summary,
    tags: [name],
    'x-roles': roles,
    parameters: [
      ...parameters('path', params, true),
      ...parameters('query', query, false),
      ...(idempotent ? parameters('header', { 'Idempotency-Key': Type.String({ format: 'uuid' }) }, false) : []),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } } }),
    responses: Object.fromEntries([...successes, ...problems]),
  };
}

const parameters = (where: string, schemas: Readonly<Record<string, TSchema>>, required: boolean) =>
  Object.entries(schemas).map(([name, schema]) => ({ name, in: where, required, schema: plain(schema) }));

/** TypeBox keeps its own marks beside the JSON Schema: a round trip leaves them behind. */
const plain = (schema: TSchema): object => JSON.parse(JSON.stringify(schema));
