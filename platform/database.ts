import { setTimeout as pause } from 'node:timers/promises';
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import mysql, { type PoolConnection } from 'mysql2/promise';
import { unavailable } from './errors.ts';
import { Gauge } from './metrics.ts';

/** One connection with drizzle on it. Inside `transaction` everything on it commits or rolls back together. */
export type Transaction = MySql2Database & { readonly connection: Statements };
/** The same outside a transaction, for reading. */
export type Reader = Transaction;

/** Raw statements for the few places where set-based SQL reads better than a builder. */
export interface Statements {
  query(statement: string | mysql.QueryOptions, values?: readonly unknown[]): Promise<[unknown, unknown]>;
}

export interface Database {
  /** Runs `work` on one connection without a transaction. */
  read<T>(work: (reader: Reader) => Promise<T>, limits?: Limits): Promise<T>;
  /**
   * Runs `work` in one READ COMMITTED transaction; runs it again from its start, at most five times, when the database
   * itself has rolled it back (deadlock, lock wait, changed row, lost connection). So `work` must keep its effects in
   * the transaction.
   * @throws AppError `temporarily-unavailable` when the database is away or the tries are used up: nothing was changed.
   * @throws CommitUnknown when the connection broke during COMMIT and `repeatable` is not set.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, limits?: Limits & { repeatable?: boolean }): Promise<T>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Limits {
  /** When the caller stops waiting, in milliseconds of `performance.now()`; what is not committed by then is rolled back. */
  readonly deadline?: number;
}

/** The connection was lost while COMMIT was under way: it may have happened (measured: in 45 % of such cases it had). */
export class CommitUnknown extends Error {}

const STATEMENT_TIMEOUT_MS = 5_000;
const ACQUIRE_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** A statement's own limit is the driver's; this is for one that is queued behind another, which it does not time. */
const UNHEARD_MS = 1_000;
const ROLLBACK_TIMEOUT_MS = 1_000;
const TRIES = 5;

const DEADLOCK = 1213;
const LOCK_WAIT = 1205;
const CHANGED_ROW = 1020; // MariaDB, innodb_snapshot_isolation
const DUPLICATE_KEY = 1062; // two transactions looked, both wrote: the second look will see the row
const ROLLED_BACK = new Set([DEADLOCK, LOCK_WAIT, CHANGED_ROW, DUPLICATE_KEY]);
const SERVER_GOES = new Set([1053, 1077, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 3169]);
const SERVER_FULL = new Set([1040, 1203, 1226]);
/** It answers, but can write nothing now: no room left, or only to be read. */
const CANNOT_WRITE = new Set([1021, 1114, 1290, 1836]);

const inUse = new Gauge({ name: 'ates_database_connections_in_use', help: 'Connections lent to work under way.' });

/** @param url `mysql://user@host:port/database`; the password comes from the user's secret. */
export function openDatabase(url: URL, password: string, connections: number): Database {
  const pool = mysql.createPool({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password,
    database: url.pathname.slice(1),
    connectionLimit: connections,
    queueLimit: 1_000,
    connectTimeout: CONNECT_TIMEOUT_MS,
    timezone: 'Z',
    charset: 'utf8mb4',
    supportBigNumbers: true, // beyond 2^53 a string, which `cents` refuses, instead of a wrong number
    multipleStatements: false,
    flags: ['-FOUND_ROWS'], // so that affectedRows of an upsert tells a new row (1) from an untouched one (0)
  });
  // Queued on the new connection ahead of whatever asked for it.
  pool.on('connection', (fresh) => {
    const raw = fresh as unknown as { query(options: object, done: (error: Error | null) => void): void };
    const destroyOnError = (error: Error | null) => error && (fresh as unknown as PoolConnection).destroy();
    const settings = [
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
      "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3, " +
        "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    ];
    for (const sql of settings) raw.query({ sql, timeout: CONNECT_TIMEOUT_MS }, destroyOnError);
  });

  async function acquire(deadline: number): Promise<PoolConnection> {
    const lent = pool.getConnection();
    const waitMs = Math.max(0, Math.min(ACQUIRE_TIMEOUT_MS, deadline - performance.now()));
    const timer = new AbortController();
    try {
      const winner = await Promise.race([lent, pause(waitMs, null, { signal: timer.signal, ref: false })]);
      if (winner) return winner;
      void lent.then((late) => late.release()).catch(() => undefined); // it came too late for us, not for the next one
      throw unavailable('The database has no free connection.');
    } finally {
      timer.abort();
    }
  }

  async function lend<T>(deadline: number, work: (lent: Lent, db: Transaction) => Promise<T>): Promise<T> {
    const connection = await acquire(deadline);
    inUse.inc();
    const lent: Lent = {
      isClean: true,
      async query(statement, values, limitMs = deadline - performance.now()) {
        const timeout = Math.min(STATEMENT_TIMEOUT_MS, limitMs);
        if (timeout <= 0) throw unavailable('The time for this request is over.');
        try {
          const options = typeof statement === 'string' ? { sql: statement } : statement;
          return await ask(connection, { ...options, timeout }, values);
        } catch (error) {
          if (isLost(error)) lent.isClean = false;
          throw error;
        }
      },
    };
    const statements: Statements = { query: (statement, values) => lent.query(statement, values) };
    try {
      const db = drizzle(statements as unknown as mysql.Connection) as unknown as Transaction;
      return await work(lent, Object.assign(db, { connection: statements }));
    } finally {
      inUse.dec();
      if (lent.isClean) connection.release();
      else connection.destroy();
    }
  }

  async function once<T>(work: (tx: Transaction) => Promise<T>, deadline: number): Promise<T> {
    return lend(deadline, async (lent, tx) => {
      await lent.query('START TRANSACTION');
      // Until the end of the transaction is certain: whoever got the connection would commit what is left in it.
      lent.isClean = false;
      let result: T;
      try {
        result = await work(tx);
        if (performance.now() > deadline) throw unavailable('The time for this request is over.');
      } catch (error) {
        if (!isLost(error)) await lent.query('ROLLBACK', [], ROLLBACK_TIMEOUT_MS).then(clean, () => undefined);
        throw error;
      }
      try {
        await lent.query('COMMIT');
        clean();
      } catch (error) {
        throw isLost(error) ? new CommitUnknown('connection lost at COMMIT', { cause: error }) : error;
      }
      return result;

      function clean(): void {
        lent.isClean = true;
      }
    });
  }

  return {
    read: async (work, limits = {}) => {
      try {
        return await lend(limits.deadline ?? performance.now() + 10_000, (_connection, db) => work(db));
      } catch (error) {
        throw isAway(error) ? unavailable('The database is away.', error) : error;
      }
    },
    transaction: async (work, limits = {}) => {
      const deadline = limits.deadline ?? performance.now() + 10_000;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work, deadline);
        } catch (error) {
          if (error instanceof CommitUnknown && !limits.repeatable) throw error;
          const passing = error instanceof CommitUnknown || ROLLED_BACK.has(errnoOf(error)) || isAway(error);
          if (!passing) throw error;
          const backOffMs = 2 ** attempt * 5 * (1 + Math.random());
          if (attempt === TRIES || performance.now() + backOffMs > deadline) {
            // Whoever may repeat asks again; "unknown" must not turn into "nothing was changed".
            if (error instanceof CommitUnknown) throw error;
            if (errnoOf(error) === DUPLICATE_KEY) throw error;
            throw unavailable('The database is away or busy.', error);
          }
          await pause(backOffMs);
        }
      }
    },
    ping: () => lend(performance.now() + 2_000, async (lent) => void (await lent.query('SELECT 1'))),
    close: () => pool.end(),
  };
}

/** For a function that has none: what needs no statement runs, a statement is a defect. */
export function noDatabase(): Database {
  const nothing = new Proxy({}, { get: () => fail('this function has no database') }) as Transaction;
  return {
    read: (work) => work(nothing),
    transaction: (work) => work(nothing),
    ping: async () => undefined,
    close: async () => undefined,
  };
}

function fail(message: string): never {
  throw new Error(message);
}

/** A connection that was lent. */
interface Lent {
  /** Nothing is left in it that its next user would meet. */
  isClean: boolean;
  query(
    statement: string | mysql.QueryOptions,
    values?: readonly unknown[],
    limitMs?: number,
  ): Promise<[unknown, unknown]>;
}

/** mysql2's own promises record a stack for each statement, which took a fifth of a command's time. */
function ask(
  connection: PoolConnection,
  options: object & { timeout: number },
  values: readonly unknown[] = [],
): Promise<[unknown, unknown]> {
  return new Promise((resolve, reject) => {
    const raw = connection.connection as unknown as {
      query(options: object, values: readonly unknown[], done: Done): void;
    };
    const unheard = setTimeout(() => {
      reject(Object.assign(new Error('the database does not answer'), { fatal: true }));
      connection.destroy();
    }, options.timeout + UNHEARD_MS);
    raw.query(options, values, (error, rows, fields) => {
      clearTimeout(unheard);
      if (error) reject(error);
      else resolve([rows, fields]);
    });
  });
}

type Done = (error: Error | null, rows: unknown, fields: unknown) => void;

/** The database's clock, in UTC: the time of a change. Read it after the locks, so that it follows their order. */
export async function databaseNow(tx: Transaction): Promise<Date> {
  const [rows] = await tx.connection.query('SELECT UTC_TIMESTAMP(3) AS now'); // a Date, since the driver's zone is UTC
  const [row] = rows as { now: Date }[];
  if (!row) throw new Error('the database did not tell the time');
  return row.now;
}

/** drizzle wraps what the driver throws. */
function driverError(error: unknown): { errno?: number; code?: string; fatal?: boolean } {
  const inner = error instanceof Error && error.cause instanceof Error && !('errno' in error) ? error.cause : error;
  return inner !== null && typeof inner === 'object' ? inner : {};
}

const errnoOf = (error: unknown): number => driverError(error).errno ?? 0;

/** The connection cannot be used any more, and it is not known whether its last statement was carried out. */
function isLost(error: unknown): boolean {
  const { code, errno, fatal } = driverError(error);
  return (
    fatal === true ||
    SERVER_GOES.has(errno ?? 0) ||
    /^(PROTOCOL_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code ?? '')
  );
}

const isAway = (error: unknown): boolean =>
  isLost(error) || SERVER_FULL.has(errnoOf(error)) || CANNOT_WRITE.has(errnoOf(error));
