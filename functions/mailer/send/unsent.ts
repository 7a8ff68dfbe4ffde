import type { FunctionDefinition } from '#platform/define-function';
import { Gauge } from '#platform/metrics';
import { oldestPendingSeconds } from '../db/mails.ts';

const oldest = new Gauge({
  name: 'ates_letters_oldest_seconds',
  help: 'The age of the oldest letter that is not sent; 0: there is none.',
});

/** Looked at when it is asked for, so that a timer that is away hides nothing. */
export const unsentLetters: NonNullable<FunctionDefinition<[]>['measures']> = {
  gauges: [oldest],
  measure: ({ database }) => database.read(async (db) => oldest.set(await oldestPendingSeconds(db))),
};
