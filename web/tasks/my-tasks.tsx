import { useRef, useState } from 'preact/hooks';
import type { Task, Tasks } from '#contracts/rest/tasks';
import { newKey, type Refused } from '../ui/client.ts';
import { money, plural } from '../ui/formats.ts';
import { List } from '../ui/List.tsx';
import { useLive, useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { LiveMark, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { Amounts, TaskTable, Title } from './task-row.tsx';
import { t } from './texts.ts';
import { untilAnswered } from './until-answered.ts';

/** A task that was closed here, or why not; or nobody knows yet. */
interface Told {
  readonly task: Task;
  readonly isLost?: boolean;
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
  const heading = useRef<HTMLHeadingElement>(null);
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

  async function close(task: Task, button: HTMLElement) {
    goOnFrom(button);
    setGone((old) => new Map(old).set(task.id, { task, at: totals }));
    // What is closed before the last one was answered is told together with it.
    setTold((old) => [...(underWay.current > 0 ? old : []), { task }]);
    const tell = (told: Told) => setTold((old) => old.map((one) => (one.task === task ? told : one)));
    underWay.current += 1;
    try {
      await untilAnswered<Task>(`/api/tasks/${task.id}/close`, newKey(), () => tell({ task, isLost: true }));
      tell({ task });
    } catch (error) {
      const refused = error as Refused;
      tell({ task, refused });
      // It is somebody else's or closed: the list tells by itself. Anything else may be tried again.
      if (refused.status !== 403 && refused.status !== 409) {
        setGone((old) => new Map([...old].filter(([id]) => id !== task.id)));
      }
    }
    underWay.current -= 1;
    mine.reload();
  }

  /** The row goes: whoever pressed its button by a key goes on from the next one, as after `x`. */
  function goOnFrom(button: HTMLElement) {
    const row = button.closest('tr');
    if (!row?.contains(document.activeElement)) return;
    const beside = row.nextElementSibling ?? row.previousElementSibling;
    (beside?.querySelector('a') ?? heading.current)?.focus();
  }

  const closed = told.filter(({ isLost, refused }) => !isLost && !refused);
  const lost = told.filter(({ isLost }) => isLost);
  const refused = told.filter((one): one is Told & { refused: Refused } => one.refused !== undefined);
  return (
    <section class="card" aria-labelledby="mine">
      <div class="head">
        <div>
          <h2 id="mine" ref={heading} tabIndex={-1}>
            {t('mine')}
          </h2>
          {count > 0 && <p class="soft">{t(`mineSum_${plural(count)}`, { count, reward: money(reward, true) })}</p>}
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
        {lost[0] && (
          <p class="notice warn">{t('closeLost', { titles: lost.map(({ task }) => task.title).join(', ') })}</p>
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
                    onClick={(event) => close(task, event.currentTarget)}
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
