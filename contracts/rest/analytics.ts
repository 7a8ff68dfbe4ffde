import Type, { type Static } from 'typebox';
import { BusinessDay, Cents, Exactly, Instant, JiraId, Nullable, OneOf, RewardCents, Uuid } from '../fields.ts';

/** The closed task with the highest reward; of a tie the lower id. */
export const TopTask = Exactly({
  taskId: Uuid,
  title: Type.String(),
  jiraId: Nullable(JiraId),
  rewardCents: RewardCents,
  /** Who closed it. */
  userId: Uuid,
});
export type TopTask = Static<typeof TopTask>;

const figures = {
  /** Fees charged less rewards earned; payouts do not count. */
  profitCents: Cents(),
  feesCents: Cents({ minimum: 0 }),
  rewardsCents: Cents({ minimum: 0 }),
};

/** `losers`: workers whose transactions up to and with that day, payouts included, sum up below zero. */
export const AnalyticsDay = Exactly({
  date: BusinessDay,
  ...figures,
  losers: Type.Integer({ minimum: 0 }),
  topTask: Nullable(TopTask),
});
export type AnalyticsDay = Static<typeof AnalyticsDay>;

/** A day each, oldest first; `before` is the period of the same length that ends where this one begins. */
export const AnalyticsDays = Exactly({
  /** Whose days they are: the company's. */
  timeZone: Type.String(),
  items: Type.Array(AnalyticsDay),
  totals: Exactly(figures),
  before: Exactly({ from: BusinessDay, to: BusinessDay, totals: Exactly(figures) }),
});
export type AnalyticsDays = Static<typeof AnalyticsDays>;

export const Period = OneOf('day', 'week', 'month');
export type Period = Static<typeof Period>;

/** The dearest task that was closed in a period, and of each of its days. */
export const TopTasks = Exactly({
  period: Period,
  from: BusinessDay,
  to: BusinessDay,
  topTask: Nullable(TopTask),
  days: Type.Array(Exactly({ date: BusinessDay, topTask: Nullable(TopTask) })),
});
export type TopTasks = Static<typeof TopTasks>;

/** The tasks closed on a day that brought the most, dearest first. */
export const DearestTasks = Exactly({ date: BusinessDay, items: Type.Array(TopTask) });
export type DearestTasks = Static<typeof DearestTasks>;

/** Who was below zero at the end of a day, deepest first. */
export const Losers = Exactly({
  date: BusinessDay,
  items: Type.Array(Exactly({ userId: Uuid, balanceCents: Cents({ maximum: -1 }) })),
  nextCursor: Nullable(Type.String()),
});
export type Losers = Static<typeof Losers>;

export const RebuildRequest = Exactly({ from: BusinessDay, to: BusinessDay });
export type RebuildRequest = Static<typeof RebuildRequest>;

/** Days that are counted again from the stored facts. */
export const Rebuild = Exactly({
  id: Uuid,
  from: BusinessDay,
  to: BusinessDay,
  state: OneOf('running', 'done'),
  startedAt: Instant,
  finishedAt: Nullable(Instant),
});
export type Rebuild = Static<typeof Rebuild>;
