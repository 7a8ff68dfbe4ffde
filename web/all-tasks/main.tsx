import { useState } from 'preact/hooks';
import type { Task } from '#contracts/rest/tasks';
import { t as row } from '../tasks/row-texts.ts';
import { Amounts, TaskTable, Title } from '../tasks/task-row.tsx';
import { choice } from '../ui/choices.ts';
import { command, type Refused } from '../ui/client.ts';
import { Field, Search } from '../ui/Field.tsx';
import { useLiveList, useQuery } from '../ui/live.ts';
import { Empty, LiveMark, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { start } from '../ui/start.tsx';
import { ReassignAll } from './reassign.tsx';
import { t } from './texts.ts';

/** Every task there is, with filters in the address; a manager gives them to others from here. */
function AllTasks() {
  // The cookie only arranges the page; no server believes it.
  const manages = choice('role') === 'manager' || choice('role') === 'admin';
  const [query, change] = useQuery();
  const [refused, setRefused] = useState<Refused | null>(null);
  const filters = new URLSearchParams([...query].filter(([name, value]) => ['status', 'q'].includes(name) && value));
  const tasks = useLiveList<Task>(`/api/tasks${filters.size > 0 ? `?${filters}` : ''}`);
  const name = useNames(tasks.data?.map(({ userId }) => userId) ?? []);

  const reassign = (id: string) => {
    setRefused(null);
    command('POST', `/api/tasks/${id}/assign`).then(tasks.reload, setRefused);
  };

  return (
    <>
      <LiveMark live={tasks} />
      {manages && <ReassignAll />}
      <section class="card">
        <div class="row filters">
          <Search label={t('search')} value={query.get('q') ?? ''} search={(q) => change({ q })} />
          <Field label={t('status')}>
            {(control) => (
              <select
                {...control}
                value={query.get('status') ?? ''}
                onInput={(event) => change({ status: event.currentTarget.value })}
              >
                <option value="">{t('anyStatus')}</option>
                <option value="open">{t('status_open')}</option>
                <option value="closed">{t('status_closed')}</option>
              </select>
            )}
          </Field>
          {filters.size > 0 && (
            <button type="button" class="button quiet" onClick={() => change({ status: '', q: '' })}>
              {t('clearFilters')}
            </button>
          )}
        </div>
        {refused && <ProblemNotice error={refused} />}
        {tasks.error && !tasks.data && <ProblemNotice error={tasks.error} retry={tasks.reload} />}
        {!tasks.error && !tasks.data && <Loading />}
        {tasks.data?.length === 0 && <Empty>{t('allNone')}</Empty>}
        {tasks.data && tasks.data.length > 0 && (
          <TaskTable more={[row('assignee'), t('status')]}>
            {tasks.data.map((task) => (
              <tr key={task.id}>
                <td class="text">
                  <Title task={task} />
                </td>
                <td>{name(task.userId)}</td>
                <td class="soft">{t(`status_${task.status}`)}</td>
                <Amounts task={task} />
                <td class="number">
                  {manages && task.status === 'open' && (
                    <button
                      type="button"
                      class="button quiet"
                      aria-label={t('reassignNamed', { title: task.title })}
                      onClick={() => reassign(task.id)}
                    >
                      {t('reassign')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </TaskTable>
        )}
        {tasks.moreError && <ProblemNotice error={tasks.moreError} />}
        {tasks.more && (
          <button type="button" class="button" onClick={tasks.more}>
            {row('more')}
          </button>
        )}
      </section>
    </>
  );
}

start(<AllTasks />);
