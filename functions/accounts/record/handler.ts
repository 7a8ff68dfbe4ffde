import type { EventOf } from '#contracts/event';
import { splitOldTitle } from '#contracts/tasks/old-title';
import { taskAssignedV1 } from '#contracts/tasks/task-assigned.v1';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV1 } from '#contracts/tasks/task-closed.v1';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { defineFunction } from '#platform/define-function';
import { lockAccounts, recordedFacts, savePostings } from '../db/postings.ts';
import { post } from '../domain/ledger.ts';
import { factKey, movementOf, sameFact, type TaskFact } from '../domain/movement.ts';

const on = [taskAssignedV1, taskAssignedV2, taskClosedV1, taskClosedV2] as const;

/** Records fees and rewards. Their effects commute, so a closing may come before its assignment. */
export default defineFunction({
  name: 'accounts-record',
  events: {
    on,
    async run({ events, tx, reject, calendar }) {
      const heard = events.map((event) => ({ event, ...movementOf(factOf(event)) }));
      const accounts = await lockAccounts(
        tx,
        heard.map((movement) => movement.userId),
      );
      const known = new Map((await recordedFacts(tx, heard)).map((row) => [factKey(row as never), row]));

      const movements = heard.filter((movement) => {
        const same = known.get(factKey(movement));
        if (same && !sameFact(same, movement)) reject(movement.event, 'this fact was recorded with another content');
        if (!same) known.set(factKey(movement), movement as never); // the same fact again within the batch
        return !same;
      });
      const postings = post(
        accounts,
        movements.map(({ event, ...movement }) => {
          const datetime = new Date(event.time);
          const traceId = event.traceparent.split('-')[1] as string;
          return { ...movement, datetime, businessDate: calendar.dateOf(datetime), eventId: event.id, traceId };
        }),
      );

      await savePostings(tx, postings);
    },
  },
});

/** One fact, whichever version of the event told it: the old ones carry the Jira id in the title. */
function factOf({ data, ...event }: EventOf<(typeof on)[number]>): TaskFact {
  const { title, jiraId } = 'jiraId' in data ? data : splitOldTitle(data.title);
  const amount =
    'feeCents' in data
      ? ({ kind: 'fee', cents: data.feeCents } as const)
      : ({ kind: 'reward', cents: data.rewardCents } as const);
  return { taskId: data.taskId, title, jiraId, userId: data.userId, version: data.version, amount };
}
