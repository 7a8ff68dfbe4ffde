import Type from 'typebox';
import { defineEvent } from '../event.ts';
import { Exactly, FeeCents, JiraId, Nullable, RewardCents, TaskVersion, Uuid } from '../fields.ts';

/** «Задача назначена»: a task has been given to a worker, for the first time or again. */
export const taskAssignedV2 = defineEvent({
  type: 'tasks.task-assigned.v2',
  source: 'ates/tasks',
  data: Exactly({
    taskId: Uuid,
    title: Type.String({ minLength: 1, maxLength: 200 }),
    jiraId: Nullable(JiraId),
    /** The worker who has the task now and pays its fee. */
    userId: Uuid,
    feeCents: FeeCents,
    rewardCents: RewardCents,
    /** Counts the task's assignments and its closing: 1..n. */
    version: TaskVersion,
  }),
});
