import { useState } from 'preact/hooks';
import type { DearestTasks } from '#contracts/rest/analytics';
import { DayFilter } from '../ui/Filters.tsx';
import { Loaded, Table } from '../ui/List.tsx';
import { type Query, useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { Empty } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { Who } from './losers.tsx';
import { t } from './texts.ts';

const EVERY_MS = 15_000;

/** Who was below zero at the end of a day, and its dearest tasks: of the day in the address, else of today. */
export function OneDay({ today, query, change }: { today: string } & Query) {
  const chosen = query.get('on') ?? '';
  const [isOpen, setOpen] = useState(chosen !== '');
  const on = chosen || today;
  return (
    <details class="card" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{t('oneDay')}</h2>
      </summary>
      {isOpen && (
        <div class="row">
          <div class="row filters no-print">
            <DayFilter label={t('day')} name="on" otherwise={today} max={today} {...{ query, change }} />
          </div>
          <div class="answers">
            <section aria-labelledby="day-dearest">
              <h3 id="day-dearest">{t('dayDearest')}</h3>
              <Dearest on={on} />
            </section>
            <section aria-labelledby="day-losers">
              <h3 id="day-losers">{t('losersOn')}</h3>
              <Who on={on} />
            </section>
          </div>
        </div>
      )}
    </details>
  );
}

function Dearest({ on }: { on: string }) {
  const tasks = useLive<DearestTasks>(`/api/analytics/top-tasks?on=${on}`, EVERY_MS);
  const name = useNames(tasks.data?.items.map(({ userId }) => userId) ?? []);
  return (
    <Loaded live={tasks}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>{t('dayNone')}</Empty>
        ) : (
          <Table texts={[t('task'), t('worker')]} numbers={[t('reward')]}>
            {items.map(({ taskId, title, jiraId, rewardCents, userId }) => (
              <tr key={taskId}>
                <td class="text">
                  {jiraId && <span class="tag">{jiraId}</span>} <a href={`/tasks/task/?id=${taskId}`}>{title}</a>
                </td>
                <td>{name(userId)}</td>
                <td class="number">
                  <Money cents={rewardCents} />
                </td>
              </tr>
            ))}
          </Table>
        )
      }
    </Loaded>
  );
}
