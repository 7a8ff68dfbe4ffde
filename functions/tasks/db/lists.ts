import { and, asc, desc, eq, gt, gte, inArray, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { checksumOf } from '#platform/checksum';
import { safeInteger } from '#platform/columns';
import type { Reader } from '#platform/database';
import type { Task } from '../domain/task.ts';
import type { HistoryStep } from '../domain/task-view.ts';
import { taskHistory, tasks, taskWords } from './schema.ts';

export interface TaskFilter {
  readonly status?: 'open' | 'closed';
  readonly assignee?: string;
  /** Whose it was until it was given to somebody else, after that instant. */
  readonly taken?: { readonly from: string; readonly since: Date };
  readonly ids?: readonly string[];
  /** Folded beginnings of words; a task must have a word for each. */
  readonly beginnings: readonly string[];
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
}

/** Beyond this a beginning is so common that reading by date finds a page of it sooner than the list of its words. */
const RARE = 5_000;

/** What a list's filter asks of each task. */
export async function tasksWhere(db: Reader, filter: TaskFilter): Promise<SQL | undefined> {
  const conditions: (SQL | undefined)[] = [
    filter.status && eq(tasks.status, filter.status),
    filter.assignee === undefined ? undefined : eq(tasks.userId, filter.assignee),
    filter.ids && inArray(tasks.id, [...filter.ids]),
    filter.createdFrom && gte(tasks.createdAt, filter.createdFrom),
    filter.createdBefore && lt(tasks.createdAt, filter.createdBefore),
  ];
  if (filter.taken) {
    const { from, since } = filter.taken;
    const left = db
      .select({ taskId: taskHistory.taskId })
      .from(taskHistory)
      .where(and(eq(taskHistory.fromUserId, from), gte(taskHistory.at, since)));
    conditions.push(inArray(tasks.id, left), ne(tasks.userId, from));
  }
  conditions.push(...(await haveWords(db, filter.beginnings)));
  return and(...conditions);
}

/** Newest created first, behind the key of the last one that the reader has. */
export function listTasks(
  db: Reader,
  where: SQL | undefined,
  after: { createdAt: Date; id: string } | null,
  limit: number,
): Promise<Task[]> {
  const behind = after
    ? or(lt(tasks.createdAt, after.createdAt), and(eq(tasks.createdAt, after.createdAt), lt(tasks.id, after.id)))
    : undefined;
  return db.select().from(tasks).where(and(where, behind)).orderBy(desc(tasks.createdAt), desc(tasks.id)).limit(limit);
}

const sums = {
  count: sql<number>`count(*)`,
  feeCents: sql<string | null>`sum(${tasks.feeCents})`,
  rewardCents: sql<string | null>`sum(${tasks.rewardCents})`,
};
const summed = (row: { count: number; feeCents: string | null; rewardCents: string | null }) => ({
  count: safeInteger(row.count),
  feeCents: safeInteger(row.feeCents ?? 0),
  rewardCents: safeInteger(row.rewardCents ?? 0),
});

/** How many tasks a filter finds, and their amounts. */
export async function totalsOf(db: Reader, where: SQL | undefined) {
  const [row] = await db.select(sums).from(tasks).where(where);
  return summed(row ?? { count: 0, feeCents: null, rewardCents: null });
}

/** Who has how many open tasks, most first, behind the one that the reader has. */
export async function workloadOf(db: Reader, after: { openCount: number; userId: string } | null, limit: number) {
  const behind = after
    ? or(lt(sums.count, after.openCount), and(eq(sums.count, after.openCount), gt(tasks.userId, after.userId)))
    : undefined;
  const rows = await db
    .select({ userId: tasks.userId, ...sums })
    .from(tasks)
    .where(eq(tasks.status, 'open'))
    .groupBy(tasks.userId)
    .having(behind)
    .orderBy(desc(sums.count), asc(tasks.userId))
    .limit(limit);
  return rows.map(({ userId, ...row }) => {
    const { count: openCount, ...amounts } = summed(row);
    return { userId, openCount, ...amounts };
  });
}

/** The longest beginning, the rarest as a rule, is looked up in the words; the others in each task as it is read. */
async function haveWords(db: Reader, beginnings: readonly string[]): Promise<SQL[]> {
  const [longest, ...others] = beginnings
    .map((beginning) => `${beginning.replace(/[\\%_]/g, '\\$&')}%`)
    .sort((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  const ids = await tasksWithWord(db, longest);
  return ids ? [inArray(tasks.id, ids), ...others.map(hasWord)] : [longest, ...others].map(hasWord);
}

/** Null: there are too many of them. */
async function tasksWithWord(db: Reader, pattern: string): Promise<string[] | null> {
  const [rows] = await db.connection.query('SELECT DISTINCT task_id FROM task_words WHERE word LIKE ? LIMIT ?', [
    pattern,
    RARE + 1,
  ]);
  const ids = (rows as { task_id: string }[]).map(({ task_id }) => task_id);
  return ids.length <= RARE ? ids : null;
}

const hasWord = (pattern: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${taskWords} FORCE INDEX (words_of_a_task) WHERE ${taskWords.taskId} = ${tasks.id} AND ${taskWords.word} LIKE ${pattern})`;

export async function taskById(db: Reader, id: string): Promise<{ task: Task; steps: HistoryStep[] } | null> {
  const [task] = await db.select().from(tasks).where(eq(tasks.id, id));
  if (!task) return null;
  const steps = await db.select().from(taskHistory).where(eq(taskHistory.taskId, id)).orderBy(asc(taskHistory.version));
  // A step that was added between the two statements belongs to the next reading.
  return { task, steps: steps.filter(({ version }) => version <= task.version) };
}

/** Steps of all tasks' histories, oldest first, with the price of each task. */
export function factsBetween(
  db: Reader,
  { start, end, users }: { start: Date; end: Date; users?: readonly string[] | undefined },
  after: { at: Date; taskId: string; version: number } | null,
  limit: number,
) {
  const { at, taskId, version, kind, userId } = taskHistory;
  const behind = after
    ? or(
        gt(at, after.at),
        and(eq(at, after.at), or(gt(taskId, after.taskId), and(eq(taskId, after.taskId), gt(version, after.version)))),
      )
    : undefined;
  return db
    .select({ at, taskId, version, kind, userId, feeCents: tasks.feeCents, rewardCents: tasks.rewardCents })
    .from(taskHistory)
    .innerJoin(tasks, eq(tasks.id, taskId))
    .where(and(gte(at, after?.at ?? start), lt(at, end), behind, users && inArray(userId, [...users])))
    .orderBy(asc(at), asc(taskId), asc(version))
    .limit(limit);
}

/** The same facts, added up by worker. */
export function factTotals(
  db: Reader,
  { start, end }: { start: Date; end: Date },
  after: { userId: string } | null,
  limit: number,
) {
  const { at, taskId, version, kind, userId } = taskHistory;
  const cents = sql`IF(${kind} = 'assigned', -${tasks.feeCents}, ${tasks.rewardCents})`;
  return db
    .select({
      userId,
      count: sql`count(*)`.mapWith(safeInteger),
      cents: sql`sum(${cents})`.mapWith(safeInteger),
      checksum: checksumOf(taskId, version, cents),
      lastAt: sql`max(${at})`.mapWith(at),
    })
    .from(taskHistory, { forceIndex: 'by_time' }) // of a long history a day looks like much, until it is read whole
    .innerJoin(tasks, eq(tasks.id, taskId))
    .where(and(gte(at, start), lt(at, end), after ? gt(userId, after.userId) : undefined))
    .groupBy(userId)
    .orderBy(asc(userId))
    .limit(limit);
}
