import Type from 'typebox';
import { defineEvent } from '../event.ts';
import { Exactly, FeeCents, RewardCents, TaskVersion, Uuid } from '../fields.ts';

/** The old form of v2: told no more, read for ever. Its title carries the Jira id: `[ABC-1] - Title` (`old-title.ts`). */
export const taskAssignedV1 = defineEvent({
  type: 'tasks.task-assigned.v1',
  source: 'ates/tasks',
  data: Exactly({
    taskId: Uuid,
    title: Type.String({ minLength: 1, maxLength: 250 }),
    userId: Uuid,
    feeCents: FeeCents,
    rewardCents: RewardCents,
    version: TaskVersion,
  }),
});
