import { index, int, mysqlEnum, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core';
import { cents, code, instant, longText, text, uuid } from '#platform/columns';

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
    index('tasks_of_a_worker').on(table.userId, table.status, table.createdAt, table.id),
    index('newest').on(table.createdAt, table.id),
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

/** What a search finds a task by: the words of its title and its Jira id, folded (`domain/words.ts`). */
export const taskWords = mysqlTable(
  'task_words',
  {
    word: code('word', { length: 40 }).notNull(),
    taskId: uuid('task_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.word, table.taskId] }), index('words_of_a_task').on(table.taskId)],
);
