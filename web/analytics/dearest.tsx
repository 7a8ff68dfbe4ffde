import type { AnalyticsDay, TopTask, TopTasks } from '#contracts/rest/analytics';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const EVERY_MS = 5_000;

/** The closed task with the highest reward of today, of this week and of this month. */
export function Dearest({ today }: { today: AnalyticsDay }) {
  const week = useLive<TopTasks>('/api/analytics/top-task?period=week', EVERY_MS);
  const month = useLive<TopTasks>('/api/analytics/top-task?period=month', EVERY_MS);
  const tops = { day: today.topTask, week: week.data?.topTask, month: month.data?.topTask };
  const name = useNames(Object.values(tops).flatMap((top) => top?.userId ?? []));
  return (
    <section class="card" aria-labelledby="dearest">
      <h2 id="dearest">{t('dearest')}</h2>
      <dl class="row">
        {(['day', 'week', 'month'] as const).map((period) => (
          <div key={period}>
            <dt class="soft small">{t(`of_${period}`)}</dt>
            <dd>
              <Task top={tops[period]} name={name} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Undefined: not known yet; null: none. */
function Task({ top, name }: { top: TopTask | null | undefined; name(userId: string): string }) {
  if (!top) return <span class="soft">{top === null ? t('noneClosed') : '…'}</span>;
  const { taskId, title, jiraId, rewardCents, userId } = top;
  return (
    <>
      <strong>
        <Money cents={rewardCents} />
      </strong>{' '}
      {jiraId && <span class="tag">{jiraId}</span>} <a href={`/tasks/task/?id=${taskId}`}>{title}</a>
      <br />
      <span class="soft small">{t('closedBy', { name: name(userId) })}</span>
    </>
  );
}
