import { and, asc, desc, eq, gt, inArray, lt, or, sql } from 'drizzle-orm';
import { safeInteger } from '#platform/columns';
import type { Reader, Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Task } from '../domain/task.ts';
import { reassignments, reassignmentWorkers, taskHistory, tasks } from './schema.ts';

export type ReassignmentRow = typeof reassignments.$inferSelect;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** How many tasks are open, and what giving them all out would cost their new workers. */
export async function openTasks(db: Reader): Promise<{ tasks: number; feesCents: number }> {
  const [row] = await db
    .select({ tasks: sql<number>`count(*)`, fees: sql<string | null>`sum(${tasks.feeCents})` })
    .from(tasks)
    .where(eq(tasks.status, 'open'));
  return { tasks: safeInteger(row?.tasks ?? 0), feesCents: safeInteger(row?.fees ?? 0) };
}

/**
 * Begins a job, or finds the one that runs: its unique row makes a second command wait here for the first.
 * The answer is null when there is one already.
 */
export async function beginReassignment(tx: Transaction, job: { id: string; byUserId: string; startedAt: Date }) {
  const { tasks: total } = await openTasks(tx);
  const row = { ...job, state: 'running' as const, running: 1, total, done: 0, feesCents: 0, cursorTaskId: BEFORE_ALL };
  await insertMany(tx, reassignments, [row], 'running = running');
  return lockRunning(tx);
}

export async function isReassigning(db: Reader): Promise<boolean> {
  const running = await db.select({ id: reassignments.id }).from(reassignments).where(eq(reassignments.running, 1));
  return running.length > 0;
}

/** The job that runs; who has its lock may do the next chunk. */
export async function lockRunning(tx: Transaction): Promise<ReassignmentRow | null> {
  const [job] = await tx.select().from(reassignments).where(eq(reassignments.running, 1)).for('update');
  return job ?? null;
}

/** The next open tasks of a job, locked in id order. */
export function lockChunk(tx: Transaction, job: ReassignmentRow, limit: number): Promise<Task[]> {
  const ofTheJob = and(eq(tasks.status, 'open'), gt(tasks.id, job.cursorTaskId), lt(tasks.createdAt, job.startedAt));
  return tx.select().from(tasks).where(ofTheJob).orderBy(asc(tasks.id)).limit(limit).for('update');
}

/** Writes a chunk: tasks, history, the workers' counts and the job's progress, each by one statement. */
export async function saveChunk(
  tx: Transaction,
  job: ReassignmentRow,
  before: readonly Task[],
  after: readonly Task[],
  finishedAt: Date | null,
): Promise<void> {
  const ids = after.map(({ id }) => id);
  if (after.length > 0) {
    const cases = after.map(() => 'WHEN ? THEN ?').join(' ');
    const pairs = after.flatMap(({ id, userId }) => [id, userId]);
    await tx.connection.query(
      `UPDATE tasks SET user_id = CASE id ${cases} END, version = version + 1, assigned_at = ? WHERE id IN (?)`,
      [...pairs, after[0]?.assignedAt, ids],
    );
    const steps = after.map(({ id: taskId, version, userId, assignedAt: at }, index) => {
      const fromUserId = before[index]?.userId ?? null;
      return { taskId, version, kind: 'assigned' as const, userId, fromUserId, byUserId: job.byUserId, at };
    });
    await insertMany(tx, taskHistory, steps);
    const counts = Map.groupBy(after, ({ userId }) => userId);
    const rows = [...counts.keys()].sort().map((userId) => {
      return { reassignmentId: job.id, userId, count: counts.get(userId)?.length ?? 0 };
    });
    await insertMany(tx, reassignmentWorkers, rows, 'tasks_count = tasks_count + VALUES(tasks_count)');
  }
  const done = job.done + after.length;
  const feesCents = job.feesCents + after.reduce((sum, { feeCents }) => sum + feeCents, 0);
  // A task whose adding was under way when the job counted may be among those done.
  const progress = { done, feesCents, total: Math.max(job.total, done), cursorTaskId: ids.at(-1) ?? job.cursorTaskId };
  const end = finishedAt ? { state: 'done' as const, running: null, finishedAt } : {};
  await tx
    .update(reassignments)
    .set({ ...progress, ...end })
    .where(eq(reassignments.id, job.id));
}

export async function listReassignments(db: Reader, after: { startedAt: Date; id: string } | null, limit: number) {
  const behind = after
    ? or(
        lt(reassignments.startedAt, after.startedAt),
        and(eq(reassignments.startedAt, after.startedAt), lt(reassignments.id, after.id)),
      )
    : undefined;
  return db
    .select()
    .from(reassignments)
    .where(behind)
    .orderBy(desc(reassignments.startedAt), desc(reassignments.id))
    .limit(limit);
}

export async function reassignmentById(db: Reader, id: string): Promise<ReassignmentRow | null> {
  const [job] = await db.select().from(reassignments).where(eq(reassignments.id, id));
  return job ?? null;
}

/** Who got how many, most first, by job. */
export async function workersOf(db: Reader, jobIds: readonly string[]) {
  if (jobIds.length === 0) return new Map<string, { userId: string; count: number }[]>();
  const rows = await db
    .select()
    .from(reassignmentWorkers)
    .where(inArray(reassignmentWorkers.reassignmentId, [...jobIds]))
    .orderBy(desc(reassignmentWorkers.count), asc(reassignmentWorkers.userId));
  return Map.groupBy(rows, ({ reassignmentId }) => reassignmentId);
}
