import type { FunctionDefinition } from '#platform/define-function';
import { Gauge } from '#platform/metrics';
import { oldestUnsettled, unsettledCounts } from '../db/payouts.ts';

const oldest = new Gauge({
  name: 'ates_payouts_oldest_seconds',
  help: 'The age of the oldest payout that is under way, by state.',
  labelNames: ['state'],
});
const unsettled = new Gauge({
  name: 'ates_payouts_unsettled',
  help: 'Payouts that the bank has not settled, by state, counted up to 10,000.',
  labelNames: ['state'],
});

/** What is owed and not paid: looked at when it is asked for, so that a timer that is away hides nothing. */
export const unsettledPayouts: NonNullable<FunctionDefinition<[]>['measures']> = {
  gauges: [oldest, unsettled],
  measure: ({ database }) =>
    database.read(async (db) => {
      for (const { state, seconds } of await oldestUnsettled(db)) oldest.set({ state }, seconds);
      for (const { state, count } of await unsettledCounts(db)) unsettled.set({ state }, count);
    }),
};
