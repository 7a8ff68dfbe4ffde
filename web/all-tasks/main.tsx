import { useEffect, useRef, useState } from 'preact/hooks';
import type { User, Users } from '#contracts/rest/auth';
import type { Task } from '#contracts/rest/tasks';
import { useGiving } from '../tasks/giving.tsx';
import { t as give } from '../tasks/giving-texts.ts';
import { t as row } from '../tasks/row-texts.ts';
import { Amounts, TaskTable, Title } from '../tasks/task-row.tsx';
import { hasRole } from '../ui/choices.ts';
import { get } from '../ui/client.ts';
import { Search, Select } from '../ui/Field.tsx';
import { DayFilter, Filters } from '../ui/Filters.tsx';
import { Later } from '../ui/Later.tsx';
import { List } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, useLiveList, useQuery } from '../ui/live.ts';
import { LiveMark } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

const FILTERS = ['status', 'q', 'assignee', 'from', 'to'];

/** Every task there is, with filters in the address; a manager gives them to others from here. */
function AllTasks() {
  const manages = hasRole('manager', 'admin');
  const [query, change] = useQuery();
  const path = filteredPath('/api/tasks', query, FILTERS);
  const tasks = useLiveList<Task>(path);
  const name = useNames(tasks.data?.map(({ userId }) => userId) ?? []);

  const giving = useGiving(tasks.reload);
  useEffect(giving.forget, [path]); // what was told is no part of another search

  return (
    <>
      <LiveMark live={tasks} />
      {manages && <ReassignAll />}
      <section class="card">
        {!hasRole('worker') && <Workload choose={(assignee) => change({ assignee, status: 'open' })} />}
        <Filters names={FILTERS} {...{ query, change }}>
          <Search label={t('search')} value={query.get('q') ?? ''} search={(q) => change({ q })} />
          <Select
            label={t('status')}
            value={query.get('status') ?? ''}
            options={[
              ['', t('anyStatus')],
              ['open', t('status_open')],
              ['closed', t('status_closed')],
            ]}
            choose={(status) => change({ status })}
          />
          <Assignee value={query.get('assignee') ?? ''} choose={(assignee) => change({ assignee })} />
          <DayFilter label={t('from')} name="from" {...{ query, change }} />
          <DayFilter label={t('to')} name="to" {...{ query, change }} />
        </Filters>
        <div class="over">
          <List
            list={tasks}
            none={
              path.includes('?') ? (
                t('allNone')
              ) : (
                <>
                  {t('allEmpty')} <a href="/tasks/">{t('allAdd')}</a>
                </>
              )
            }
          >
            {(found) => (
              <TaskTable more={[row('assignee'), t('status')]} actions={manages} body={LongBody}>
                {found.map((task) => (
                  <tr key={task.id}>
                    <td class="text">
                      <Title task={task} id={task.id} />
                    </td>
                    <td class="who">{name(task.userId)}</td>
                    <td class="soft">{t(`status_${task.status}`)}</td>
                    <Amounts task={task} />
                    {manages && (
                      <td class="number">
                        {task.status === 'open' && (
                          <button
                            type="button"
                            class="button quiet"
                            aria-label={t('reassignNamed', { title: task.title })}
                            aria-disabled={giving.isBusy(task.id)}
                            onClick={() => giving.ask(task)}
                          >
                            {give('reassign')}
                          </button>
                        )}
                      </td>
                    )}
                  </tr>
                ))}
              </TaskTable>
            )}
          </List>
          {giving.view}
        </div>
      </section>
    </>
  );
}

/** The tasks come first; after this it is asked whether they are being reassigned. */
const JOB_AFTER_MS = 1_000;

/** The big button; what it does is loaded later, or when it is pressed. */
function ReassignAll() {
  const [isWanted, setWanted] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const isPressed = useRef(false);
  useEffect(() => {
    const timer = setTimeout(() => setWanted(true), JOB_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const press = () => {
    isPressed.current = true;
    setWanted(true);
  };
  return (
    <section class="card" aria-label={t('reassignAll')}>
      <div class="row reassign">
        <button type="button" class="button" ref={button} onClick={press}>
          {t('reassignAll')}
        </button>
        <div>
          {isWanted && (
            <Later
              draw={(parts: typeof import('./later.tsx'), at) =>
                parts.reassignAll(at, {
                  button: button.current as HTMLButtonElement,
                  isPressed: isPressed.current,
                })
              }
            />
          )}
        </div>
      </div>
    </section>
  );
}

/** Who has how many open tasks, for whoever opens it. */
function Workload({ choose }: { choose(userId: string): void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('workload')}</summary>
      {isOpen && <Later draw={(parts: typeof import('./later.tsx'), at) => parts.workload(at, choose)} />}
    </details>
  );
}

/** Who has the tasks; the names are asked for when somebody is about to choose one. */
function Assignee({ value, choose }: { value: string; choose(id: string): void }) {
  const [workers, setWorkers] = useState<readonly User[]>([]);
  const name = useNames(value ? [value] : []);
  const load = () => {
    if (workers.length === 0)
      get<Users>('/api/auth/users?role=worker&limit=200').then(
        ({ items }) => setWorkers(items),
        () => undefined,
      );
  };
  const others = workers.filter(({ id }) => id !== value).map((worker) => [worker.id, worker.name] as const);
  return (
    <div onFocusCapture={load} onPointerEnter={load}>
      <Select
        label={row('assignee')}
        value={value}
        options={[['', t('anybody')], ...(value ? [[value, name(value)] as const] : []), ...others]}
        choose={choose}
      />
    </div>
  );
}

start(<AllTasks />);
