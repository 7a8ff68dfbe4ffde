import Type, { type Static, type TSchema } from 'typebox';
import type { Role } from '#contracts/rest/auth';
import type { BusinessCalendar } from './business-day.ts';
import type { Config } from './config.ts';
import type { Database, Reader, Transaction } from './database.ts';
import type { RefusalCode } from './errors.ts';
import type { Log } from './log.ts';
import type { Tell } from './outbox.ts';
import type { ServiceClient } from './service-client.ts';
import type { Cookies, SignedIn } from './session.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** No parameters at all. */
export type None = Record<never, TSchema>;

type Schemas = Readonly<Record<string, TSchema>>;
type Values<S extends Schemas> = { readonly [K in keyof S]: Static<S[K]> };
type Optionals<S extends Schemas> = { readonly [K in keyof S]?: Static<S[K]> };

/** What every operation gets. */
export interface Call<P extends Schemas, Q extends Schemas, B extends TSchema> {
  readonly params: Values<P>;
  readonly query: Optionals<Q>;
  readonly body: Static<B>;
  readonly user: SignedIn;
  readonly cookies: Cookies;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address the request came from, as nginx saw it. */
  readonly address: string;
  readonly calendar: BusinessCalendar;
  readonly services: ServiceClient;
  readonly config: Config;
  readonly log: Log;
  /** For an operation that needs transactions of its own; others use `tx` or `db`. */
  readonly database: Database;
  /** The database's clock, read once, after the locks that the operation has taken by then. */
  now(): Promise<Date>;
}

/** A GET: reads on one connection, outside a transaction. */
export interface QueryCall<P extends Schemas, Q extends Schemas> extends Call<P, Q, TSchema> {
  readonly db: Reader;
}

/** A command: everything that it changes and tells is one transaction. `prepared` is what `prepare` has brought. */
export interface CommandCall<P extends Schemas, Q extends Schemas, B extends TSchema, R> extends Call<P, Q, B> {
  readonly tx: Transaction;
  readonly tell: Tell;
  readonly prepared: R;
  /** After the commit a function goes on with its `work`: this one, or the one that is named. */
  goOn(functionName?: string): void;
}

interface RouteSpec<P extends Schemas, Q extends Schemas> {
  /**
   * The contract's full path; what stands in braces is a parameter, and fixed words win over it. Beside `/api/` there
   * is only what nginx has a place of its own for.
   */
  readonly path: `/api/${string}` | '/readyz';
  /** One line for the OpenAPI document. */
  readonly summary: string;
  /**
   * `any`: whoever is signed in. A service may read what is open to `any` or to an admin; `service`: nobody else may,
   * and nginx has no such route.
   */
  readonly roles: 'everyone' | 'any' | 'service' | readonly Role[];
  /** A path that does not fit its schema is 404. */
  readonly params?: P;
  readonly query?: Q;
  /** Success statuses with their shapes; `run`'s value is sent with the first, `reply` chooses another. */
  readonly answers: Readonly<Record<number, TSchema | null>>;
  /** The refusals beyond those that every route may answer, for the OpenAPI document. */
  readonly refusals?: readonly RefusalCode[];
}

export interface QuerySpec<P extends Schemas, Q extends Schemas> extends RouteSpec<P, Q> {
  readonly method: 'GET';
  /** Also as CSV: then `run` is asked with `accept: text/csv` and may answer a `csvReply`. */
  readonly csv?: true;
  run(call: QueryCall<P, Q>): Promise<unknown>;
}

export interface CommandSpec<P extends Schemas, Q extends Schemas, B extends TSchema, R> extends RouteSpec<P, Q> {
  readonly method: Exclude<Method, 'GET'>;
  readonly body?: B;
  /** Off only for the session's commands, which are repeated by signing in again, and for those of ops. */
  readonly idempotent?: false;
  /** `own`: `run` opens its transactions by itself (`database`) and has neither `tx` nor `tell`. */
  readonly transaction?: 'own';
  /** Brings what comes from other services, before the transaction opens: no lock waits for a network. */
  prepare?(call: Omit<Call<P, Q, B>, 'now'>): Promise<R>;
  run(call: CommandCall<P, Q, B, R>): Promise<unknown>;
}

// Routes of any shape, as the platform and the generators see them.
// biome-ignore lint/suspicious/noExplicitAny: the shapes differ from route to route; `query` and `command` check them.
export type QueryRoute = QuerySpec<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type CommandRoute = CommandSpec<any, any, any, any>;
export type Route = QueryRoute | CommandRoute;

/** Declares a GET; infers the types of `params` and `query` from their schemas. */
export const query = <P extends Schemas = None, Q extends Schemas = None>(
  spec: Omit<QuerySpec<P, Q>, 'method'>,
): Route => ({
  ...spec,
  method: 'GET',
});

/** Declares a command; infers the types of `params`, `query`, `body` and `prepared`. */
export const command = <P extends Schemas = None, Q extends Schemas = None, B extends TSchema = TSchema, R = undefined>(
  spec: CommandSpec<P, Q, B, R>,
): Route => spec;

/** An answer with another status than the route's first, or with headers. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[]>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string | string[]>>) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export const reply = (status: number, body: unknown = null, headers: Reply['headers'] = {}): Reply =>
  new Reply(status, body, headers);

/** The OpenAPI document of a service, served by its -api function. */
export const documentRoute = (service: string, document: object): Route =>
  query({
    path: `/api/${service}/openapi.json`,
    summary: 'This document.',
    roles: 'any',
    answers: { 200: Type.Object({ openapi: Type.String() }) },
    run: async () => document,
  });

/** Finds the route of a path; without one for the method, the methods that the path has. */
export function routeTable(routes: readonly Route[]) {
  const table = routes.map((route) => {
    const names: string[] = [];
    const pattern = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return '([^/]+)';
    });
    return { route, names, regex: new RegExp(`^${pattern.replaceAll('.', '\\.')}$`) };
  });
  table.sort((a, b) => a.names.length - b.names.length);

  return (method: string, path: string) => {
    const hits = table.flatMap(({ route, names, regex }) => {
      const match = regex.exec(path);
      return match ? [{ route, params: Object.fromEntries(names.map((name, i) => [name, match[i + 1]])) }] : [];
    });
    const fewest = Math.min(...hits.map((hit) => Object.keys(hit.params).length));
    const best = hits.filter((hit) => Object.keys(hit.params).length === fewest);
    const wanted = method === 'HEAD' ? 'GET' : method;
    return {
      hit: best.find((hit) => hit.route.method === wanted) ?? null,
      methods: best.map((hit) => hit.route.method),
    };
  };
}
