import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import type { EventOf } from '#contracts/event';
import { splitOldTitle } from '#contracts/tasks/old-title';
import { taskAssignedV1 } from '#contracts/tasks/task-assigned.v1';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV1 } from '#contracts/tasks/task-closed.v1';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import type { BusinessCalendar, BusinessDate } from '#platform/business-day';
import { defineFunction } from '#platform/define-function';
import { alarm } from '#platform/log';
import { balancesFrom, daysFrom, saveDays, takeTurn } from '../db/days.ts';
import { type HeardFact, saveFacts, storedFacts } from '../db/facts.ts';
import { moveBalances } from '../domain/balances.ts';
import { moveDays } from '../domain/days.ts';
import { sortOut } from '../domain/fact.ts';
import { rebuild, rebuildDay } from './rebuild.ts';

const on = [taskAssignedV1, taskAssignedV2, taskClosedV1, taskClosedV2, payoutRequestedV1] as const;
type Heard = EventOf<(typeof on)[number]>;

/** Counts profit, losers and the dearest task of each business day, whenever and in whatever order it hears of them. */
export default defineFunction({
  name: 'analytics-aggregate',
  http: [rebuild],
  work: rebuildDay,
  events: {
    on,
    async run({ events, tx, reject, calendar, log }) {
      const heard = events.map((event) => factOf(event, calendar));
      const { fresh, contradictions } = sortOut(heard, await storedFacts(tx, heard));
      for (const { eventId } of contradictions) {
        alarm(log, 'fact-content-differs', { eventId });
        reject(eventId, 'this fact was recorded with another worker, amount or day');
      }
      if (fresh.length === 0) return;
      await saveFacts(tx, fresh);

      await takeTurn(tx);
      const first = fresh.map(({ businessDate }) => businessDate).sort()[0] as BusinessDate;
      const { rows, losersFrom } = moveBalances(await balancesFrom(tx, fresh), fresh);
      const days = moveDays(await daysFrom(tx, first), fresh, losersFrom);

      await saveDays(tx, rows, days);
    },
  },
});

/** One fact, whichever event in whichever version told it; a payout belongs to the day that it closes. */
function factOf({ id, time, data }: Heard, calendar: BusinessCalendar): HeardFact {
  const datetime = new Date(time);
  if ('payoutId' in data) {
    const { payoutId, userId, amountCents } = data;
    const businessDate = data.businessDate as BusinessDate;
    const ofTask = { taskId: null, version: null, taskTitle: null, jiraId: null };
    return { eventId: id, kind: 'payout', userId, sumCents: -amountCents, datetime, businessDate, payoutId, ...ofTask };
  }
  const { title, jiraId } = 'jiraId' in data ? data : splitOldTitle(data.title);
  const moved =
    'feeCents' in data
      ? ({ kind: 'fee', sumCents: -data.feeCents } as const)
      : ({ kind: 'reward', sumCents: data.rewardCents } as const);
  const { taskId, version, userId } = data;
  const businessDate = calendar.dateOf(datetime);
  return {
    eventId: id,
    ...moved,
    userId,
    datetime,
    businessDate,
    taskId,
    version,
    taskTitle: title,
    jiraId,
    payoutId: null,
  };
}
