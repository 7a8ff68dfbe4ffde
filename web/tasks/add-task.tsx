import { useRef, useState } from 'preact/hooks';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { tasksIn } from './lines.ts';
import { ManyTasks } from './many-tasks.tsx';
import { t as row } from './row-texts.ts';
import { Amounts, TaskTable, Title } from './task-row.tsx';
import { t } from './texts.ts';

const MOST_AT_ONCE = 100;

/** Enter adds and keeps the focus for the next one; what was added stands below with whoever got it. */
export function AddTask() {
  const [added, setAdded] = useState<Task[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [pasted, setPasted] = useState<NewTask[] | null>(null);
  const title = useRef<HTMLInputElement>(null);
  const attempt = useRef({ of: '', key: '' });
  const name = useNames(added.map(({ userId }) => userId));

  async function add(form: HTMLFormElement) {
    if (busy) return;
    const filled = [...new FormData(form)].map(([field, text]) => [field, String(text).trim()] as const);
    const task = Object.fromEntries(filled.filter(([, text]) => text)) as unknown as NewTask;
    // The same task sent again after a lost answer goes out under the same key, and is added once.
    const content = JSON.stringify(task);
    if (attempt.current.of !== content) attempt.current = { of: content, key: newKey() };
    setBusy(true);
    setRefused(null);
    try {
      const made = await command<Task>('POST', '/api/tasks', task, attempt.current.key);
      attempt.current = { of: '', key: '' };
      setAdded((old) => [made, ...old]);
      form.reset();
      title.current?.focus();
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy(false);
  }

  const fieldError = (field: 'title' | 'jiraId' | 'description') =>
    refused?.fieldError(`/${field}`) && t(`invalid_${field}`);
  const form = (
    <form
      class="card"
      aria-labelledby="add"
      onSubmit={(event) => {
        event.preventDefault();
        void add(event.currentTarget);
      }}
    >
      <div>
        <h2 id="add">{t('addTask')}</h2>
        <p class="soft">{t('addTaskHint')}</p>
      </div>
      {refused && !refused.problem.errors && <ProblemNotice error={refused} />}
      <div class="row task">
        <Field label={t('title')} error={fieldError('title')}>
          {(control) => (
            <input
              {...control}
              name="title"
              ref={title}
              aria-keyshortcuts="c"
              required
              maxLength={400}
              autoComplete="off"
              onPaste={(event) => {
                const tasks = tasksIn(event.clipboardData?.getData('text') ?? '');
                if (tasks.length < 2) return;
                event.preventDefault(); // a field of one line would make one title of them
                setPasted(tasks.slice(0, MOST_AT_ONCE));
              }}
            />
          )}
        </Field>
        <Field label={t('jiraId')} error={fieldError('jiraId')}>
          {(control) => <input {...control} name="jiraId" placeholder="ABC-123" autoComplete="off" />}
        </Field>
      </div>
      <Field label={t('description')} error={fieldError('description')}>
        {(control) => <textarea {...control} name="description" rows={2} />}
      </Field>
      <Submit busy={busy}>{t('add')}</Submit>
      <div role="status">
        {added.length > 0 && (
          <TaskTable more={[row('assignee')]}>
            {added.map((task) => (
              <tr key={task.id}>
                <td class="text">
                  <Title task={task} id={task.id} />
                </td>
                <td class="who">{name(task.userId)}</td>
                <Amounts task={task} />
              </tr>
            ))}
          </TaskTable>
        )}
      </div>
    </form>
  );
  return (
    <>
      {form}
      {pasted && (
        <ManyTasks
          tasks={pasted}
          added={(task) => setAdded((old) => [task, ...old])}
          closed={() => {
            setPasted(null);
            title.current?.focus();
          }}
        />
      )}
    </>
  );
}
