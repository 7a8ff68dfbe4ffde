import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import { parse } from 'yaml';

/** When a function's work is poked, as stack.yml's annotations say in the words of OpenFaaS's cron-connector. */
export interface Schedule {
  readonly function: string;
  /** The first moment after `now` at which it is due. */
  next(now: Date): Date;
}

/** A minute, the least that a cron schedule can say, may be three business days of a demonstration. */
const SHORT_DAYS_EVERY_MS = 2_000;

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Reads `topic: cron-function` with its `schedule`: five fields, `CRON_TZ=Europe/Moscow 5 0 * * *`, or `@every 10s`.
 * @param shortDays business days are slices of seconds (`ATES_DAY_LENGTH`): what is due by the minute is poked sooner.
 * @throws Error when a schedule cannot be read: a function that is never poked must not look healthy.
 */
export function readSchedules(stackFile: string, { shortDays = false } = {}): Schedule[] {
  const stack = parse(readFileSync(stackFile, 'utf8')) as {
    functions: Record<string, { annotations?: Record<string, string> }>;
  };
  return Object.entries(stack.functions).flatMap(([name, { annotations = {} }]) => {
    const isTimed = annotations.topic?.split(',').some((topic) => topic.trim() === 'cron-function');
    return isTimed ? [{ function: name, next: nextOf(name, annotations.schedule ?? '', shortDays) }] : [];
  });
}

function nextOf(name: string, schedule: string, shortDays: boolean): Schedule['next'] {
  const every = /^@every ([1-9]\d{0,4})(s|m|h)$/.exec(schedule);
  if (every) {
    const ms = Number(every[1]) * UNITS[every[2] as keyof typeof UNITS];
    return (now) => new Date(now.getTime() + ms);
  }
  const [, timezone = 'UTC', fields = ''] = /^(?:CRON_TZ=(\S+) )?((?:\S+ ){4}\S+)$/.exec(schedule) ?? [];
  try {
    const cron = new Cron(fields, { timezone, paused: true });
    cron.nextRun(); // a zone that there is not is found only now
    if (shortDays) return (now) => new Date(now.getTime() + SHORT_DAYS_EVERY_MS);
    return (now) => cron.nextRun(now) ?? fail(name, schedule);
  } catch {
    return fail(name, schedule);
  }
}

function fail(name: string, schedule: string): never {
  throw new Error(`stack.yml: ${name} has a schedule that never comes: "${schedule}"`);
}
