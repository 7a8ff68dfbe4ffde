import type { Summary } from '#contracts/rest/accounts';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { t } from './texts.ts';

/** What everybody's rows of a day sum up to, by kind, however many pages of them there are; and the profit they make. */
export function DayTotals({ day, kind }: { day: string; kind: string }) {
  const totals = useLive<Summary>(`/api/accounts/summary?${new URLSearchParams({ from: day, to: day })}`).data?.totals;
  if (!totals) return null;
  const sums = [
    ['fee', -totals.feesCents],
    ['reward', totals.rewardsCents],
    ['payout', -totals.payoutsCents],
    ['profit', totals.profitCents],
  ] as const;
  return (
    <dl class="facts">
      {sums
        .filter(([name]) => !kind || name === kind)
        .map(([name, cents]) => (
          <div key={name}>
            <dt>{t(`sum_${name}`)}</dt>
            <dd>
              <Money cents={cents} movement={name !== 'profit'} />
            </dd>
          </div>
        ))}
    </dl>
  );
}
