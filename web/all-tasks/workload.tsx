import type { Workload as Loads } from '#contracts/rest/tasks';
import { t as row } from '../tasks/row-texts.ts';
import { number } from '../ui/formats.ts';
import { Loaded, Table } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { Empty } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const MOST = 200;
const EVERY_MS = 5_000;

/** Who has how many open tasks; a name leads to that worker's. */
export function Workload({ choose }: { choose(userId: string): void }) {
  const loads = useLive<Loads>(`/api/tasks/workload?limit=${MOST}`, EVERY_MS);
  const name = useNames(loads.data?.items.map(({ userId }) => userId) ?? []);
  return (
    <Loaded live={loads}>
      {({ items, nextCursor }) => {
        const [most] = items;
        if (!most) return <Empty>{t('workloadNone')}</Empty>;
        return (
          <>
            <Table texts={[row('assignee'), t('workloadOpen')]} numbers={[row('fee'), row('reward')]}>
              {items.map(({ userId, openCount, feeCents, rewardCents }) => (
                <tr key={userId}>
                  <td class="text">
                    <a
                      href={`?status=open&assignee=${userId}`}
                      onClick={(event) => {
                        event.preventDefault(); // what is open stays open
                        choose(userId);
                      }}
                    >
                      {name(userId)}
                    </a>
                  </td>
                  <td>
                    <span class="load">
                      <span>{number(openCount)}</span>
                      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                        <rect width={(100 * openCount) / most.openCount} height="1" />
                      </svg>
                    </span>
                  </td>
                  <td class="number">
                    <Money cents={-feeCents} movement />
                  </td>
                  <td class="number">
                    <Money cents={rewardCents} movement />
                  </td>
                </tr>
              ))}
            </Table>
            {nextCursor && <p class="soft small">{t('workloadMost', { count: MOST })}</p>}
          </>
        );
      }}
    </Loaded>
  );
}
