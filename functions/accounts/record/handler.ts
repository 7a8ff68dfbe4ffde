import type { EventOf } from '#contracts/event';
import { splitOldTitle } from '#contracts/tasks/old-title';
import { taskAssignedV1 } from '#contracts/tasks/task-assigned.v1';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV1 } from '#contracts/tasks/task-closed.v1';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import type { BusinessCalendar } from '#platform/business-day';
import { defineFunction } from '#platform/define-function';
import { alarm } from '#platform/log';
import { traceIdOf } from '#platform/trace';
import { lockAccounts, type RecordedMovement, recordedFacts, savePostings } from '../db/postings.ts';
import { post } from '../domain/ledger.ts';
import { movementOf, sortOut, type TaskFact } from '../domain/movement.ts';

const on = [taskAssignedV1, taskAssignedV2, taskClosedV1, taskClosedV2] as const;

/** Records fees and rewards. Their effects commute, so a closing may come before its assignment. */
export default defineFunction({
  name: 'accounts-record',
  events: {
    on,
    async run({ events, tx, reject, calendar, log }) {
      const heard = events.map((event) => recordedMovementOf(event, calendar));
      const accounts = await lockAccounts(
        tx,
        heard.map((movement) => movement.userId),
      );
      const recorded = await recordedFacts(tx, heard);

      const { fresh, contradictions } = sortOut(heard, recorded);
      for (const { eventId } of contradictions) {
        alarm(log, 'fact-content-differs', { eventId });
        reject(eventId, 'this fact was recorded with another worker, amount or day');
      }
      const postings = post(accounts, fresh);

      await savePostings(tx, postings);
    },
  },
});

function recordedMovementOf(event: EventOf<(typeof on)[number]>, calendar: BusinessCalendar): RecordedMovement {
  const datetime = new Date(event.time);
  const businessDate = calendar.dateOf(datetime);
  return {
    ...movementOf(factOf(event)),
    datetime,
    businessDate,
    eventId: event.id,
    traceId: traceIdOf(event.traceparent),
  };
}

/** One fact, whichever version of the event told it: the old ones carry the Jira id in the title. */
function factOf({ data }: EventOf<(typeof on)[number]>): TaskFact {
  const { title, jiraId } = 'jiraId' in data ? data : splitOldTitle(data.title);
  const amount =
    'feeCents' in data
      ? ({ kind: 'fee', cents: data.feeCents } as const)
      : ({ kind: 'reward', cents: data.rewardCents } as const);
  return { taskId: data.taskId, title, jiraId, userId: data.userId, version: data.version, amount };
}
