import { createHash } from 'node:crypto';
import type { TSchema } from 'typebox';
import Type from 'typebox';
import { Exactly, Uuid } from '#contracts/fields';
import { CommitUnknown, databaseNow, type Transaction } from './database.ts';
import { AppError, invalid } from './errors.ts';
import { type FunctionAnswer, type FunctionEvent, OPERATION_MS, type Runtime } from './function-runtime.ts';
import { enterKey, forgetOldKeys, keepAnswer, keptAnswer } from './idempotency.ts';
import { collectEvents } from './outbox.ts';
import { type Checked, checked, MAX_BODY_BYTES, parseBody } from './request-body.ts';
import { type Call, type CommandRoute, type None, type QueryRoute, Reply, type Route, routeTable } from './route.ts';
import { NOBODY, readCookies, SERVICE, type SignedIn } from './session.ts';

/** Serves the REST routes of a function, with the checks in the contract's order; `found` is told the route of a request. */
export function httpEntry(routes: readonly Route[]) {
  const find = routeTable(routes);
  const checks = new Map(routes.map((route) => [route, checksOf(route)]));

  return async (event: FunctionEvent, runtime: Runtime, found: (route: Route) => void): Promise<FunctionAnswer> => {
    const { hit, methods } = find(event.method, event.path);
    if (!hit && methods.length === 0) throw new AppError('not-found');
    if (!hit) throw new AppError('method-not-allowed', { headers: { allow: allowOf(methods) } });
    const { route } = hit;
    found(route);
    const check = checks.get(route) as ReturnType<typeof checksOf>;

    if (route.method !== 'GET') refuseForeignOrigin(event, runtime);
    const cookies = readCookies(event.headers.cookie);
    const user = await whoIs(event, runtime, cookies);
    refuseRole(route, user);
    const body =
      route.method === 'GET' ? {} : contentOf(check.body, parseBody(event, MAX_BODY_BYTES, ['application/json']));
    const query = queryOf(check.query, event.query);
    const key = route.method === 'GET' || route.idempotent === false ? null : idempotencyKeyOf(event);
    const params = check.params.check(hit.params);
    if ('errors' in params) throw new AppError('not-found');

    const request: Request = {
      route,
      key,
      event,
      runtime,
      deadline: performance.now() + OPERATION_MS,
      given: {
        params: params.value as Record<never, never>,
        query: query as Record<never, never>,
        body,
        user: user ?? NOBODY,
        cookies,
        headers: event.headers,
        address: event.headers['x-forwarded-for']?.split(',')[0]?.trim() ?? '',
        calendar: runtime.calendar,
        services: runtime.services,
        config: runtime.config,
        log: runtime.log,
        database: runtime.database,
      },
    };
    if (route.method === 'GET') return answerQuery(request, route);
    const answered = route.transaction === 'own' ? answerOwn(request, route) : answerCommand(request, route);
    return answered.catch(tellUnknown);
  };
}

/** A request that has passed every check but those of the operation itself. */
interface Request {
  readonly route: Route;
  readonly key: string | null;
  readonly event: FunctionEvent;
  readonly runtime: Runtime;
  readonly deadline: number;
  readonly given: Omit<Call<None, None, TSchema>, 'now'>;
}

async function answerQuery({ event, runtime, deadline, given }: Request, route: QueryRoute): Promise<FunctionAnswer> {
  const result = await runtime.database.read((db) => route.run({ ...given, db, now: () => databaseNow(db) }), {
    deadline,
  });
  return withEtag(answerOf(route, result), event.headers['if-none-match']);
}

/** The operation opens its transactions by itself; each reading of the clock is one of them. */
async function answerOwn({ runtime, deadline, given }: Request, route: CommandRoute): Promise<FunctionAnswer> {
  const now = () => runtime.database.read(databaseNow, { deadline });
  return answerOf(route, await route.run({ ...given, now } as Parameters<CommandRoute['run']>[0]));
}

/** Everything a command does is one transaction: its key, its changes, its events and the answer that is kept. */
async function answerCommand(request: Request, route: CommandRoute): Promise<FunctionAnswer> {
  const { key, event, runtime, deadline, given } = request;
  const { database } = runtime;
  const demoNow = runtime.demoNow(event);
  const clock = (tx: Transaction) => Promise.resolve(demoNow ?? databaseNow(tx));
  const use = key && { userId: given.user.id, key, route: `${event.method} ${event.path}`, body: given.body };
  let prepared: unknown;
  try {
    prepared = await route.prepare?.(given);
  } catch (error) {
    // What was done before is answered as it was, whatever has become of what it needed then.
    const isInvalid = error instanceof AppError && error.code === 'invalid-content';
    const first =
      use &&
      (await database
        .read((db) => keptAnswer(db, runtime.requestHmacKey, use), { deadline })
        .catch((refused) => {
          // Content is judged before a key that came with another one.
          throw isInvalid && refused instanceof AppError && refused.code === 'idempotency-key-reused' ? error : refused;
        }));
    if (!first) throw error;
    return { ...first, headers: { 'idempotency-replayed': 'true' } };
  }
  const { answer, told, workers } = await database.transaction(
    async (tx) => {
      const first = use && (await enterKey(tx, runtime.requestHmacKey, use));
      if (first) return { answer: { ...first, headers: { 'idempotency-replayed': 'true' } }, told: false, workers: [] };
      const events = collectEvents();
      let readAt: Promise<Date> | undefined;
      const now = () => (readAt ??= clock(tx));
      const workers: (string | undefined)[] = [];
      const goOn = (functionName?: string) => void workers.push(functionName);
      const answer = answerOf(route, await route.run({ ...given, tx, tell: events.tell, prepared, now, goOn }));
      const told = await events.save(tx);
      if (use) await keepAnswer(tx, use, answer);
      return { answer, told, workers };
    },
    { deadline, repeatable: use !== null },
  );
  if (told) runtime.wakeOutbox();
  for (const functionName of workers) runtime.goOn(functionName, demoNow);
  if (use && Math.random() < 0.02) runtime.background('forget old keys', () => forgetOldKeys(database));
  return answer;
}

/** A connection that was lost at COMMIT: nobody can say whether it was done. */
function tellUnknown(error: unknown): never {
  if (!(error instanceof CommitUnknown)) throw error;
  const detail = 'Look whether it was done, or repeat it with its Idempotency-Key.';
  throw new AppError('outcome-unknown', { cause: error, detail });
}

function answerOf(route: QueryRoute | CommandRoute, result: unknown): FunctionAnswer {
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
  if (runtime.isCaller(event.headers['x-ates-caller-key']) && !runtime.demoNow(event)) return SERVICE;
  return runtime.signedIn(cookies);
}

function refuseRole({ method, roles }: Route, user: SignedIn | null): void {
  if (roles === 'everyone') return;
  if (!user) throw new AppError('sign-in-needed');
  if (roles === 'service') {
    if (user.role !== 'service') throw new AppError('role-not-allowed');
    return;
  }
  const role = user.role === 'service' && method === 'GET' ? 'admin' : user.role;
  if (role === 'service' || role === 'nobody') throw new AppError('role-not-allowed');
  if (roles !== 'any' && !roles.includes(role)) throw new AppError('role-not-allowed');
}

function checksOf(route: Route): { params: Checked; query: Checked; body: Checked } {
  const optional = Object.entries(route.query ?? {}).map(([name, schema]) => [name, Type.Optional(schema as TSchema)]);
  return {
    params: checked(Exactly((route.params ?? {}) as Record<string, TSchema>)),
    query: checked(Exactly(Object.fromEntries(optional))),
    body: checked((route.method !== 'GET' && route.body) || Exactly({})),
  };
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
