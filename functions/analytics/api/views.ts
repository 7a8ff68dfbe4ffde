import type { AnalyticsDay, TopTask } from '#contracts/rest/analytics';
import type { StoredClosing } from '../db/days.ts';
import { type Day, profitOf } from '../domain/days.ts';

/** «Топ-менеджмент», and who looks after the system. */
export const READERS = ['executive', 'admin'] as const;

/** A day as its readers see it. */
export function dayView({
  date,
  feesCents,
  rewardsCents,
  losers,
  top,
}: Day & { top: StoredClosing | null }): AnalyticsDay {
  const profitCents = profitOf({ feesCents, rewardsCents });
  return { date, profitCents, feesCents, rewardsCents, losers, topTask: topTaskView(top) };
}

/** The dearest task as its readers see it; null: none was closed. */
export function topTaskView(top: StoredClosing | null): TopTask | null {
  if (!top) return null;
  const { taskId, title, jiraId, rewardCents, userId } = top;
  return { taskId, title, jiraId, rewardCents, userId };
}
