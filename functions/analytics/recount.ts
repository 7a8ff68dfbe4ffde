import { randomUUID } from 'node:crypto';
import { payoutRequestedV1 } from '#contracts/accounts/payout-requested.v1';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { taskClosedV2 } from '#contracts/tasks/task-closed.v2';
import { exampleOf, type ServiceUnderTest } from '#platform/testing/service-under-test';

/** For this service's tests: events by the day, and the figures counted once more, by other code and from events alone. */

type Event =
  | ReturnType<typeof exampleOf<typeof taskAssignedV2>>
  | ReturnType<typeof exampleOf<typeof taskClosedV2>>
  | ReturnType<typeof exampleOf<typeof payoutRequestedV1>>;

/** Noon in the company's zone. */
const noon = (date: string) => ({ time: `${date}T09:00:00.000Z` });

export const fee = (date: string, userId: string, feeCents = 1_000, taskId: string = randomUUID(), version = 1) =>
  exampleOf(taskAssignedV2, { taskId, userId, feeCents, version }, noon(date));
export const reward = (date: string, userId: string, rewardCents = 2_000, taskId: string = randomUUID(), version = 2) =>
  exampleOf(taskClosedV2, { taskId, userId, rewardCents, version }, noon(date));
/** Occurs at the end of its day, which is the next one by the clock. */
export const payout = (date: string, userId: string, amountCents: number) =>
  exampleOf(
    payoutRequestedV1,
    { payoutId: randomUUID(), userId, amountCents, businessDate: date },
    { time: `${date}T21:00:00.000Z` },
  );

interface Movement {
  readonly date: string;
  readonly userId: string;
  readonly cents: number;
  readonly reward: string | null;
}

function movementOf({ time, data }: Event): Movement {
  const { userId } = data;
  if ('amountCents' in data) return { date: data.businessDate, userId, cents: -data.amountCents, reward: null };
  const date = new Date(Date.parse(time) + 3 * 3_600_000).toISOString().slice(0, 10); // Moscow has no summer time
  if ('feeCents' in data) return { date, userId, cents: -data.feeCents, reward: null };
  return { date, userId, cents: data.rewardCents, reward: data.taskId };
}

/** The rows of `dates` that these events make, however they come. */
export function recounted(events: readonly Event[]) {
  const movements = new Map(events.map((event) => [event.id, movementOf(event)]));
  const all = [...movements.values()];
  const workers = [...new Set(all.map(({ userId }) => userId))];
  const isPayout = (event: Event) => 'amountCents' in event.data;
  const charged = new Set(events.filter((event) => !isPayout(event)).map(({ id }) => id));
  return [...new Set(all.map(({ date }) => date))].sort().map((date) => {
    let [fees, rewards, highest] = [0, 0, 0];
    let top: string | null = null;
    for (const [id, { date: its, cents, reward }] of movements) {
      if (its !== date || !charged.has(id)) continue;
      if (cents < 0) fees -= cents;
      else rewards += cents;
      if (reward && (cents > highest || (cents === highest && reward < (top ?? '')))) [top, highest] = [reward, cents];
    }
    const balanceOf = (userId: string) =>
      all.reduce((sum, one) => (one.userId === userId && one.date <= date ? sum + one.cents : sum), 0);
    const losers = workers.filter((userId) => balanceOf(userId) < 0).length;
    return { date, profit: fees - rewards, losers, task_top_id: top, fees, rewards };
  });
}

/** What is stored, in the same form. */
export const storedDays = (analytics: ServiceUnderTest) =>
  analytics.rows('SELECT date, profit, losers, task_top_id, fees, rewards FROM dates ORDER BY date');

/** A history of weeks: tasks given, given on and closed, and payouts at the end of days; in the order of time. */
export function historyOf(dates: readonly string[], workers: readonly string[], tasksADay: number, dice: () => number) {
  const events: Event[] = [];
  const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(dice() * choices.length)] as T;
  for (const date of dates) {
    for (let n = 0; n < tasksADay; n += 1) {
      const [taskId, feeCents] = [randomUUID(), oneOf([1_000, 1_500, 2_000])];
      const [first, second] = [oneOf(workers), oneOf(workers)];
      events.push(fee(date, first, feeCents, taskId, 1));
      if (dice() < 0.5) events.push(fee(date, second, feeCents, taskId, 2));
      if (dice() < 0.6) events.push(reward(date, second, oneOf([2_000, 3_000, 4_000]), taskId, 3));
    }
    if (dice() < 0.7) events.push(payout(date, oneOf(workers), oneOf([500, 2_500])));
  }
  return events;
}

/** In any order. */
export const shuffled = <T>(items: readonly T[], dice: () => number): T[] =>
  items
    .map((item) => ({ item, at: dice() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

export const datesFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => new Date(Date.parse(first) + n * 86_400_000).toISOString().slice(0, 10));
