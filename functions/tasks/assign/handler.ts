import { defineFunction } from '#platform/define-function';
import { assignOne } from './assign-one.ts';
import { reassignAll, reassignChunk } from './reassign-all.ts';

/** «Переназначение»: of one task, or of all open ones as a job that any process can go on with. */
export default defineFunction({ name: 'tasks-assign', http: [assignOne, reassignAll], work: reassignChunk });
