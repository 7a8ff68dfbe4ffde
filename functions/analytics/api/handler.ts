import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/analytics.json' with { type: 'json' };
import { days } from './days.ts';
import { losers } from './losers.ts';
import { topTask } from './top-task.ts';
import { topTasks } from './top-tasks.ts';

/** What the company earned, who is below zero and which task was the dearest, for those who steer it. */
export default defineFunction({
  name: 'analytics-api',
  http: [days, topTask, topTasks, losers, documentRoute('analytics', openapi)],
});
