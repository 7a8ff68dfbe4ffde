import Type from 'typebox';
import { defineEvent } from '../event.ts';
import { Exactly, JiraId, Nullable, RewardCents, TaskVersion, Uuid } from '../fields.ts';

/** «Задача закрыта»: its assignee has closed a task and earns its reward. */
export const taskClosedV2 = defineEvent({
  type: 'tasks.task-closed.v2',
  source: 'ates/tasks',
  data: Exactly({
    taskId: Uuid,
    title: Type.String({ minLength: 1, maxLength: 200 }),
    jiraId: Nullable(JiraId),
    /** The worker who closed it and earns its reward. */
    userId: Uuid,
    rewardCents: RewardCents,
    /** Counts the task's assignments and its closing: 1..n; a closing is the last. */
    version: TaskVersion,
  }),
});
