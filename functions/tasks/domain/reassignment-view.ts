interface Job {
  readonly id: string;
  readonly state: 'running' | 'done';
  readonly total: number;
  readonly done: number;
  readonly feesCents: number;
  readonly byUserId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** A job as its readers see it; what was closed before its turn came was skipped, which is known at the end. */
export function reassignmentView(job: Job, byWorker: readonly { userId: string; count: number }[] = []) {
  const { id, state, total, done, feesCents, byUserId, startedAt, finishedAt } = job;
  return {
    id,
    state,
    total,
    done,
    skipped: state === 'done' ? total - done : 0,
    feesCents,
    byUserId,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    byWorker: byWorker.map(({ userId, count }) => ({ userId, count })),
  };
}
