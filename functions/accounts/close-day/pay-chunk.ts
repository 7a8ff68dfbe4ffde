import { v5 as uuidv5 } from 'uuid';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { alarm } from '#platform/log';
import { currentTraceId } from '#platform/trace';
import type { Work, WorkCall } from '#platform/work';
import { beginDays, booksOf, centsSince, type DayRow, lockChunk, lockNextClosing, saveProgress } from '../db/days.ts';
import { savePostings } from '../db/postings.ts';
import { clocksAgree, daysDue, payoutsOf } from '../domain/close-day.ts';
import { post } from '../domain/ledger.ts';

const CHUNK_ACCOUNTS = 500;
/** After a long absence the days are begun some at a time. */
const MAX_DAYS_AT_ONCE = 50;
/** Names payouts by business date and user: a restored database asks for the same payout again. */
const PAYOUTS = 'a8f2c1f4-6a5e-5b0e-9a53-3d7f0c2b9e61';

/** The next chunk of the oldest day that is being closed; where there is none, begins the days that are due. */
export const payChunk: Work = {
  step: ({ transaction, calendar, log }) =>
    transaction(async ({ tx, tell, now }) => {
      const day = await lockNextClosing(tx);
      if (!day) return beginDue(tx, await now(), calendar, log);
      const chunk = await lockChunk(tx, day, CHUNK_ACCOUNTS);
      const userIds = chunk.map(({ userId }) => userId);
      const later = await centsSince(tx, day, userIds);

      const postings = post(
        chunk,
        payoutsOf(chunk, later).map((payout) => ({ ...payout, ...originOf(day, payout.userId) })),
      );
      const isLast = chunk.length < CHUNK_ACCOUNTS;

      await savePostings(tx, postings);
      const at = await now();
      for (const { payoutId, userId, sumCents } of postings) {
        const data = { payoutId, userId, amountCents: -sumCents, businessDate: day.date };
        tell(payoutRequestedV1, { subject: payoutId, at, data });
      }
      await saveProgress(tx, day, {
        accounts: chunk.filter(({ firstAt }) => firstAt !== null && firstAt < day.cutOff).length,
        payouts: postings.map(({ sumCents }) => -sumCents),
        cursorUserId: chunk.at(-1)?.userId ?? day.cursorUserId,
        finishedAt: isLast ? at : null,
      });
      return true; // perhaps there is another chunk, or another day
    }),
};

/** A payout occurs at the cut-off, whenever it is posted: the next day's balance must find it before its own. */
const originOf = (day: DayRow, userId: string) => ({
  payoutId: uuidv5(`${day.date} ${userId}`, PAYOUTS),
  datetime: day.cutOff,
  businessDate: day.date,
  traceId: currentTraceId() ?? '',
});

type Step = Parameters<Parameters<WorkCall['transaction']>[0]>[0];

async function beginDue(
  tx: Step['tx'],
  now: Date,
  calendar: WorkCall['calendar'],
  log: WorkCall['log'],
): Promise<boolean> {
  const due = daysDue({ books: await booksOf(tx), calendar, now, limit: MAX_DAYS_AT_ONCE });
  if (due.length === 0) return false;
  if (!clocksAgree(now, new Date())) {
    alarm(log, 'clocks-differ', { date: due[0]?.date });
    return false;
  }
  await beginDays(tx, due, { userId: null, at: now });
  return true;
}
