import { index, int, mysqlEnum, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import { cents, code, count, instant, longText, text, uuid } from '#platform/columns';

export { idempotency } from '#platform/idempotency';
export { outbox } from '#platform/outbox';

/** A task always has an assignee and a price; both are there from its first moment. */
export const tasks = mysqlTable(
  'tasks',
  {
    id: uuid('id').primaryKey(),
    title: text('title', { length: 200 }).notNull(),
    jiraId: code('jira_id', { length: 32 }),
    description: longText('description').notNull(),
    status: mysqlEnum('status', ['open', 'closed']).notNull().default('open'),
    /** The assignee: «исполнитель». */
    userId: uuid('user_id').notNull(),
    /** Drawn once, when the task appears; every event about it carries them. */
    feeCents: cents('fee').notNull(),
    rewardCents: cents('reward').notNull(),
    createdBy: uuid('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    assignedAt: instant('assigned_at').notNull(),
    closedAt: instant('closed_at'),
    /** Counts assignments and closing: 1..n. */
    version: int('version').notNull(),
  },
  (table) => [
    // With the amounts: the totals of all that somebody ever had are counted from the index alone.
    index('tasks_of_a_worker').on(
      table.userId,
      table.status,
      table.createdAt,
      table.id,
      table.feeCents,
      table.rewardCents,
    ),
    index('newest').on(table.createdAt, table.id),
    index('open_by_id').on(table.status, table.id),
  ],
);

/** Every assignment and the closing of each task, one row a version: rows are added, never changed. */
export const taskHistory = mysqlTable(
  'task_history',
  {
    taskId: uuid('task_id').notNull(),
    version: int('version').notNull(),
    kind: mysqlEnum('kind', ['assigned', 'closed']).notNull(),
    userId: uuid('user_id').notNull(),
    /** Who had the task before; null at its first assignment. */
    fromUserId: uuid('from_user_id'),
    byUserId: uuid('by_user_id').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.taskId, table.version] }),
    index('by_time').on(table.at),
    index('taken_from').on(table.fromUserId, table.at),
  ],
);

/**
 * «Массовое переназначение»: a job over the tasks that were open when it began, done in chunks. The unique `running`
 * lets only one run at a time; `cursor_task_id` is where the next chunk begins, so that any process can go on with it.
 */
export const reassignments = mysqlTable(
  'reassignments',
  {
    id: uuid('id').primaryKey(),
    state: mysqlEnum('state', ['running', 'done']).notNull(),
    /** 1 while it runs, null afterwards. */
    running: int('running').unique('one_runs_at_a_time'),
    total: count('total').notNull(),
    done: count('done').notNull(),
    feesCents: cents('fees').notNull(),
    byUserId: uuid('by_user_id').notNull(),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
    cursorTaskId: uuid('cursor_task_id').notNull(),
  },
  (table) => [index('newest').on(table.startedAt, table.id)],
);

/** How many tasks each worker got by a reassignment. */
export const reassignmentWorkers = mysqlTable(
  'reassignment_workers',
  {
    reassignmentId: uuid('reassignment_id').notNull(),
    userId: uuid('user_id').notNull(),
    count: count('tasks_count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.reassignmentId, table.userId] })],
);

/** What a search finds a task by: the words of its title and its Jira id, folded (`domain/words.ts`). */
export const taskWords = mysqlTable(
  'task_words',
  {
    word: code('word', { length: 40 }).notNull(),
    taskId: uuid('task_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.word, table.taskId] }), index('words_of_a_task').on(table.taskId)],
);
