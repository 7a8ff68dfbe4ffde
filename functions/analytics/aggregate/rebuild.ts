import { v7 as uuidv7 } from 'uuid';
import { Rebuild, RebuildRequest } from '#contracts/rest/analytics';
import { addDays, type BusinessDate } from '#platform/business-day';
import { invalid } from '#platform/errors';
import { command, reply } from '#platform/route';
import type { Work } from '#platform/work';
import { balancesBefore, dearestOn, takeTurn } from '../db/days.ts';
import { advance, beginRebuild, lockRunning, type RebuildRow, replaceDay, sumsOf } from '../db/rebuilds.ts';
import { rebuiltDay } from '../domain/rebuilt-day.ts';

const MAX_DAYS = 400;

/** The command only begins it; pressed again it finds the one that runs. */
export const rebuild = command({
  method: 'POST',
  path: '/api/analytics/rebuild',
  summary: 'Count days again from the stored facts, up to 400; one rebuild runs at a time.',
  roles: ['admin'],
  body: RebuildRequest,
  answers: { 202: Rebuild, 200: Rebuild },
  async run({ body, user, tx, now, goOn }) {
    const { from, to } = body as { from: BusinessDate; to: BusinessDate };
    if (from > to) throw invalid('/from', 'is after to');
    if (addDays(from, MAX_DAYS - 1) < to) throw invalid('/from', `is more than ${MAX_DAYS} days before to`);
    const id = uuidv7();

    const job = await beginRebuild(tx, { id, from, to, byUserId: user.id, startedAt: await now() });

    goOn();
    return reply(job.id === id ? 202 : 200, viewOf(job));
  },
});

/**
 * The next day of the rebuild that runs: counted beside the day's rows, which readers see until the commit puts the
 * new ones in their place. Events that come meanwhile wait for their turn and are counted on top.
 */
export const rebuildDay: Work = {
  step: ({ transaction }) =>
    transaction(async ({ tx, now }) => {
      const job = await lockRunning(tx);
      if (!job) return false;
      const date = job.nextDate;
      await takeTurn(tx);

      const before = await balancesBefore(tx, date);
      const [top = null] = await dearestOn(tx, date, 1);
      const { balances, day } = rebuiltDay(date, await sumsOf(tx, date), top, before);
      const isLast = date >= job.to;

      await replaceDay(tx, date, balances, day);
      await advance(tx, job, isLast ? await now() : null);
      return !isLast;
    }),
};

function viewOf({ id, from, to, state, startedAt, finishedAt }: RebuildRow): Rebuild {
  return { id, from, to, state, startedAt: startedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}
