import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/tasks.json' with { type: 'json' };
import { facts, factTotalsOfDay } from './facts.ts';
import { getTask } from './get-task.ts';
import { tasksList } from './list-tasks.ts';
import { getReassignment, reassignmentPreview, reassignmentsList } from './reassignments.ts';
import { workload } from './workload.ts';

/** Tasks for whoever may see them. */
export default defineFunction({
  name: 'tasks-api',
  http: [
    tasksList,
    getTask,
    reassignmentPreview,
    reassignmentsList,
    getReassignment,
    workload,
    facts,
    factTotalsOfDay,
    documentRoute('tasks', openapi),
  ],
});
