import type { AnalyticsDays, TopTask, TopTasks } from '#contracts/rest/analytics';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const EVERY_MS = 5_000;

/**
 * The closed task with the highest reward of today, of this week and of this month. The thirty days that are known
 * hold the answer already; only on the 31st does a month begin before them.
 */
export function Dearest({ days }: { days: AnalyticsDays['items'] }) {
  const date = days.at(-1)?.date ?? '';
  const ofMonth = Number(date.slice(-2));
  const month = useLive<TopTasks>(ofMonth > days.length ? '/api/analytics/top-task?period=month' : null, EVERY_MS);
  const sinceMonday = ((new Date(date).getUTCDay() + 6) % 7) + 1;
  const tops = {
    day: dearestOf(days.slice(-1)),
    week: dearestOf(days.slice(-sinceMonday)),
    month: ofMonth > days.length ? month.data?.topTask : dearestOf(days.slice(-ofMonth)),
  };
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

/** The highest reward; where two are the same, the lower id, as the server chooses. */
const dearestOf = (days: AnalyticsDays['items']): TopTask | null =>
  days
    .flatMap(({ topTask }) => topTask ?? [])
    .sort((a, b) => b.rewardCents - a.rewardCents || (a.taskId < b.taskId ? -1 : 1))[0] ?? null;

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
