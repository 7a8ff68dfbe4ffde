import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What a function hears, as stack.yml's annotation `ates.events` says: `tasks.task-assigned,tasks.task-closed`. */
export interface Subscription {
  /** The function's name, which is also its queue's. */
  readonly function: string;
  /** Every version of each event arrives: `tasks.task-assigned.#`. */
  readonly bindings: readonly string[];
}

/** @throws Error when an annotation is no list of event names: a function that hears nothing must not look healthy. */
export function readSubscriptions(stackFile: string): Subscription[] {
  const stack = parse(readFileSync(stackFile, 'utf8')) as {
    functions: Record<string, { annotations?: Record<string, string> }>;
  };
  return Object.entries(stack.functions).flatMap(([name, { annotations }]) => {
    const events = annotations?.['ates.events'];
    if (events === undefined) return [];
    const names = events.split(',').map((event) => event.trim());
    const wrong = names.find((event) => !/^[a-z]+\.[a-z]+(-[a-z]+)+$/.test(event));
    if (wrong !== undefined) throw new Error(`stack.yml: ${name} cannot hear "${wrong}"`);
    return [{ function: name, bindings: names.map((event) => `${event}.#`) }];
  });
}
