import { useRef, useState } from 'preact/hooks';
import type { Task, Tasks } from '#contracts/rest/tasks';
import { command, type Refused } from '../ui/client.ts';
import { money } from '../ui/formats.ts';
import { List } from '../ui/List.tsx';
import { useLive, useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { LiveMark, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { Amounts, TaskTable, Title } from './task-row.tsx';
import { t } from './texts.ts';

/** A task that was closed here, or why not. */
interface Told {
  readonly task: Task;
  readonly refused?: Refused;
}

const sumOf = (closed: readonly Told[]) => money(closed.reduce((sum, { task }) => sum + (task.rewardCents ?? 0), 0));

/** A task that was closed here, and the totals that stood above the list then. */
interface Gone {
  readonly task: Task;
  readonly at: Tasks['totals'];
}

/** The reader's open tasks: closing one shows at once, and is taken back with its reason if it is refused. */
export function MyTasks() {
  const mine = useLiveList<Task, Tasks>('/api/tasks?assignee=me&status=open');
  const taken = useLive<{ items: Task[] }>('/api/tasks?taken=me&limit=20', 15_000);
  const totals = mine.newest?.totals;
  const [gone, setGone] = useState<ReadonlyMap<string, Gone>>(new Map());
  const [told, setTold] = useState<readonly Told[]>([]);
  const underWay = useRef(0);
  // One that was given away and comes back has another version.
  const isGone = ({ id, version }: Task) => gone.get(id)?.task.version === version;
  const tasks = mine.data?.filter((task) => !isGone(task)) ?? null;

  // What is gone from this page and was still counted when the server was asked last.
  const stillOpen = mine.newest?.items.filter(isGone) ?? [];
  const counted = [...gone.values()].filter(
    ({ task, at }) => at === totals || stillOpen.some(({ id }) => id === task.id),
  );
  const count = (totals?.count ?? 0) - counted.length;
  const reward = counted.reduce((sum, { task }) => sum - (task.rewardCents ?? 0), totals?.rewardCents ?? 0);

  async function close(task: Task) {
    setGone((old) => new Map(old).set(task.id, { task, at: totals }));
    // What is closed before the last one was answered is told together with it.
    setTold((old) => [...(underWay.current > 0 ? old : []), { task }]);
    underWay.current += 1;
    try {
      await command<Task>('POST', `/api/tasks/${task.id}/close`);
    } catch (error) {
      const refused = error as Refused;
      setTold((old) => old.map((one) => (one.task === task ? { task, refused } : one)));
      // It is somebody else's or closed: the list tells by itself. Anything else may be tried again.
      if (refused.status !== 403 && refused.status !== 409) {
        setGone((old) => new Map([...old].filter(([id]) => id !== task.id)));
      }
    }
    underWay.current -= 1;
    mine.reload();
  }

  const closed = told.filter(({ refused }) => !refused);
  const refused = told.filter((one): one is Required<Told> => one.refused !== undefined);
  return (
    <section class="card" aria-labelledby="mine">
      <div class="head">
        <div>
          <h2 id="mine">{t('mine')}</h2>
          {count > 0 && (
            <p class="soft">
              {count} · {t('mineSum', { reward: money(reward, true) })}
            </p>
          )}
        </div>
        <LiveMark live={mine} />
      </div>
      <div role="status">
        {closed[0] && (
          <p class="notice">
            {closed[1] || refused[0]
              ? t('closedMany', { count: closed.length, reward: sumOf(closed) })
              : t('closed', { title: closed[0].task.title, reward: sumOf(closed) })}{' '}
            {refused[0] && t('refusedMany', { count: refused.length })} <a href="/accounts/">{t('toAccount')}</a>
          </p>
        )}
      </div>
      {refused.map(({ task, refused }) => (
        <div key={task.id}>
          <p class="soft">
            <Title task={task} id={task.id} />
          </p>
          <ProblemNotice error={refused} />
        </div>
      ))}
      <List list={{ ...mine, data: taken.data || taken.error ? tasks : null }} none={t('mineNone')}>
        {(open) => (
          <TaskTable more={[t('since')]} actions>
            {open.map((task) => (
              <tr key={task.id}>
                <td class="text">
                  <Title task={task} id={task.id} />
                </td>
                <td class="soft">
                  <Time at={task.assignedAt} />
                </td>
                <Amounts task={task} />
                <td class="number">
                  <button
                    type="button"
                    class="button main"
                    aria-label={t('closeNamed', { title: task.title })}
                    aria-keyshortcuts="x"
                    onClick={() => close(task)}
                  >
                    {t('close')}
                  </button>
                </td>
              </tr>
            ))}
          </TaskTable>
        )}
      </List>
      <Taken items={taken.data?.items ?? []} />
    </section>
  );
}

/** What was the reader's until it was given to somebody else: nobody wonders where a task has gone. */
function Taken({ items }: { items: readonly Task[] }) {
  const [isOpen, setOpen] = useState(false);
  if (items.length === 0) return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t('taken')}: {items.length}
      </summary>
      {isOpen && <ToWhom tasks={items} />}
    </details>
  );
}

function ToWhom({ tasks }: { tasks: readonly Task[] }) {
  const name = useNames(tasks.map(({ userId }) => userId));
  return (
    <ul class="small">
      {tasks.map((task) => (
        <li key={task.id}>
          <Title task={task} id={task.id} />{' '}
          <span class="soft">
            {t('takenTo', { name: name(task.userId) })}
            <Time at={task.assignedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
