import { createHash } from 'node:crypto';
import type { TSchema } from 'typebox';
import Type from 'typebox';
import { Exactly, Uuid } from '#contracts/fields';
import { CommitUnknown, databaseNow } from './database.ts';
import { AppError, invalid } from './errors.ts';
import type { FunctionAnswer, FunctionEvent, Runtime } from './function-runtime.ts';
import { enterKey, forgetOldKeys, keepAnswer } from './idempotency.ts';
import { collectEvents } from './outbox.ts';
import { type Checked, checked, MAX_BODY_BYTES, parseBody } from './request-body.ts';
import { type Call, type None, Reply, type Route, routeTable } from './route.ts';
import { readCookies, SERVICE, type SignedIn } from './session.ts';

/** How long an operation may take: below every timeout between the browser and here, so that we answer, not they. */
export const OPERATION_MS = 8_000;

/** Serves the REST routes of a function, with the checks in the contract's order. */
export function httpEntry(routes: readonly Route[]) {
  const find = routeTable(routes);
  const checks = new Map(routes.map((route) => [route, checksOf(route)]));

  return async (event: FunctionEvent, runtime: Runtime): Promise<FunctionAnswer & { route: Route }> => {
    const { hit, methods } = find(event.method, event.path);
    if (!hit && methods.length === 0) throw new AppError('not-found');
    if (!hit) throw new AppError('method-not-allowed', { headers: { allow: allowOf(methods) } });
    const { route } = hit;
    const check = checks.get(route) as ReturnType<typeof checksOf>;

    if (route.method !== 'GET') refuseForeignOrigin(event, runtime);
    const cookies = readCookies(event.headers.cookie);
    const user = await whoIs(event, runtime, cookies);
    refuseRole(route, user);
    const body = route.method === 'GET' ? {} : contentOf(check.body, bodyOf(event));
    const query = queryOf(check.query, event.query);
    const params = check.params.check(hit.params);
    if ('errors' in params) throw new AppError('not-found');

    const deadline = performance.now() + OPERATION_MS;
    const call: Omit<Call<None, None, TSchema>, 'now'> = {
      params: params.value as Call<None, None, TSchema>['params'],
      query: query as Call<None, None, TSchema>['query'],
      body,
      user: user ?? SERVICE,
      cookies,
      headers: event.headers,
      address: event.headers['x-forwarded-for']?.split(',')[0]?.trim() ?? '',
      calendar: runtime.calendar,
      services: runtime.services,
      config: runtime.config,
      log: runtime.log,
      get database() {
        return runtime.database();
      },
    };
    const run = route.method === 'GET' ? runQuery : runCommand;
    return { ...(await run(route as never, call, { event, runtime, deadline, user })), route };
  };
}

interface Circumstances {
  readonly event: FunctionEvent;
  readonly runtime: Runtime;
  readonly deadline: number;
  readonly user: SignedIn | null;
}

type Outside = Omit<Call<None, None, TSchema>, 'now'>;

async function runQuery(route: Route & { method: 'GET' }, call: Outside, at: Circumstances): Promise<FunctionAnswer> {
  const read = (db: unknown) =>
    route.run({
      ...call,
      database: at.runtime.hasDatabase ? call.database : (null as never),
      db: db as never,
      now: () => databaseNow(db as never),
    });
  const result = at.runtime.hasDatabase ? await call.database.read(read, { deadline: at.deadline }) : await read(null);
  return withEtag(answerOf(route, result), at.event.headers['if-none-match']);
}

async function runCommand(
  route: Exclude<Route, { method: 'GET' }>,
  call: Outside,
  { event, runtime, deadline, user }: Circumstances,
): Promise<FunctionAnswer> {
  const key = route.idempotent === false ? null : idempotencyKeyOf(event);
  const now = () => (tx: Parameters<typeof databaseNow>[0]) => runtime.demoNow(event) ?? databaseNow(tx);
  if (route.transaction === 'own') {
    const { database } = call;
    const clock = () => database.read((db) => Promise.resolve(now()(db)), { deadline });
    return answerOf(route, await route.run({ ...call, database, now: clock } as never));
  }

  const prepared = await route.prepare?.({
    ...call,
    database: call.database,
    now: () => Promise.reject(new Error('no transaction yet')),
  });
  const request = { userId: user?.id ?? '', key: key ?? '', route: `${event.method} ${event.path}`, body: call.body };
  const { database } = call;
  try {
    const { answer, told } = await database.transaction(
      async (tx) => {
        const first = key && (await enterKey(tx, runtime.requestHmacKey(), request));
        if (first) return { answer: { ...first, headers: { 'idempotency-replayed': 'true' } }, told: false };
        const events = collectEvents();
        let readAt: Promise<Date> | undefined;
        const clock = () => (readAt ??= Promise.resolve(now()(tx)));
        const result = await route.run({ ...call, database, tx, tell: events.tell, prepared, now: clock } as never);
        const answer = answerOf(route, result);
        const told = await events.save(tx);
        if (key) await keepAnswer(tx, request, answer);
        return { answer, told };
      },
      { deadline, repeatable: key !== null },
    );
    if (told) runtime.wakeOutbox();
    if (key && Math.random() < 0.02) runtime.background('forget old keys', () => forgetOldKeys(database));
    return answer;
  } catch (error) {
    if (!(error instanceof CommitUnknown)) throw error;
    throw new AppError('outcome-unknown', {
      cause: error,
      detail: 'Look before you repeat it, or repeat it with its Idempotency-Key.',
    });
  }
}

function answerOf(route: Route, result: unknown): FunctionAnswer {
  if (result instanceof Reply) return { status: result.status, body: result.body, headers: result.headers };
  return { status: Number(Object.keys(route.answers)[0]), body: result ?? null, headers: {} };
}

/** A reader who has this answer already is told so: pages ask again every few seconds. */
function withEtag(answer: FunctionAnswer, ifNoneMatch: string | undefined): FunctionAnswer {
  if (answer.status !== 200 || Symbol.asyncIterator in Object(answer.body)) return answer;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const known = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');
  return {
    ...answer,
    status: known ? 304 : 200,
    body: known ? null : answer.body,
    headers: { ...answer.headers, etag },
  };
}

/** Browsers tell where a command comes from; a client that tells neither is none. */
function refuseForeignOrigin({ headers }: FunctionEvent, { config }: Runtime): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AppError('foreign-origin');
  if (headers.origin === undefined) return;
  const ours = config.publicUrl?.origin ?? `${headers['x-forwarded-proto'] ?? 'http'}://${headers.host}`;
  if (headers.origin !== ours) throw new AppError('foreign-origin');
}

async function whoIs(event: FunctionEvent, runtime: Runtime, cookies: ReturnType<typeof readCookies>) {
  const isService = runtime.isCaller(event.headers['x-ates-caller-key']);
  if (isService && !runtime.demoNow(event)) return SERVICE;
  return runtime.signedIn(cookies);
}

function refuseRole({ method, roles }: Route, user: SignedIn | null): void {
  if (roles === 'everyone') return;
  if (!user) throw new AppError('sign-in-needed');
  const role = user.role === 'service' ? (method === 'GET' ? 'admin' : null) : user.role;
  if (role === null || (roles !== 'any' && !roles.includes(role))) throw new AppError('role-not-allowed');
}

function checksOf(route: Route): { params: Checked; query: Checked; body: Checked } {
  const optional = Object.entries(route.query ?? {}).map(([name, schema]) => [name, Type.Optional(schema as TSchema)]);
  return {
    params: checked(Exactly((route.params ?? {}) as Record<string, TSchema>)),
    query: checked(Exactly(Object.fromEntries(optional))),
    body: checked((route.method !== 'GET' && route.body) || Exactly({})),
  };
}

function bodyOf({ headers, rawBody, body, bodyTooLarge }: FunctionEvent): unknown {
  const incoming = {
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    body: (rawBody ?? body ?? null) as Buffer | string | object | null,
    tooLarge: bodyTooLarge ?? false,
  };
  return parseBody(incoming, MAX_BODY_BYTES, ['application/json']);
}

function contentOf(check: Checked, given: unknown): unknown {
  const outcome = check.check(given);
  if ('errors' in outcome) throw new AppError('invalid-content', { errors: outcome.errors });
  return outcome.value;
}

function queryOf(check: Checked, given: FunctionEvent['query']): unknown {
  const properties = (check.schema as unknown as { properties: Record<string, TSchema> }).properties;
  const values = Object.entries(given).map(([name, value]) => {
    if (Array.isArray(value)) throw invalid(`?${name}`, 'is given more than once');
    const isInteger = Object.hasOwn(properties, name) && (properties[name] as { type?: string }).type === 'integer';
    return [name, isInteger && /^-?\d{1,15}$/.test(value ?? '') ? Number(value) : value];
  });
  const outcome = check.check(Object.fromEntries(values));
  if ('value' in outcome) return outcome.value;
  const errors = outcome.errors.map(({ pointer, detail }) => ({ pointer: pointer.replace(/^\//, '?'), detail }));
  throw new AppError('invalid-content', { errors });
}

const uuidCheck = checked(Uuid);

function idempotencyKeyOf({ headers }: FunctionEvent): string | null {
  const key = headers['idempotency-key']?.toLowerCase();
  if (key === undefined) return null;
  if ('errors' in uuidCheck.check(key)) throw invalid('Idempotency-Key', 'must be a UUID');
  return key;
}

const allowOf = (methods: readonly string[]): string =>
  [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort().join(', ');
