import { destination, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import { Counter } from './metrics.ts';
import { currentTraceId } from './trace.ts';

export type Log = Logger;

/**
 * JSON lines on stdout, each with the part's name and the trace id of what it belongs to. Bodies, headers and SQL
 * parameters are never logged: a card number or a password could be in them.
 * @param file instead of stdout, to be added to.
 */
export function createLog(part: string, level: string, file?: string): Log {
  const options: LoggerOptions = {
    level,
    base: { part },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
    serializers: { err: (error: unknown) => describe(error) },
  };
  return file ? pino(options, destination({ dest: file, sync: true })) : pino(options);
}

const alarms = new Counter({ name: 'ates_alarms_total', help: 'What a person must look at.', labelNames: ['alarm'] });

/** Something that must not happen and that nothing mends by itself: logged, and counted for an alert rule. */
export function alarm(log: Log, name: string, details: object): void {
  alarms.inc({ alarm: name });
  log.error({ alarm: name, ...details }, `alarm: ${name}`);
}

/** drizzle puts the statement's parameters into its message; what the database itself said is the cause. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const told = error.message.startsWith('Failed query') && error.cause instanceof Error ? error.cause : error;
  const { type, code } = { type: told.name, code: (told as NodeJS.ErrnoException).code };
  const message = 'sqlMessage' in told ? `database error ${(told as { errno?: number }).errno}` : told.message;
  return { type, code, message, stack: stdSerializers.err(told).stack?.split('\n').slice(1).join('\n') };
}
