import { useRef, useState } from 'preact/hooks';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { Later } from '../ui/Later.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { tasksIn } from './lines.ts';
import { t as row } from './row-texts.ts';
import { Amounts, TaskTable, Title } from './task-row.tsx';
import { t } from './texts.ts';

/** Lines that were pasted together, and are not done with. */
interface Paste {
  readonly id: string;
  readonly tasks: readonly NewTask[];
}

/** Enter adds and keeps the focus for the next one; what was added stands below with whoever got it. */
export function AddTask() {
  const [added, setAdded] = useState<Task[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [pastes, setPastes] = useState<readonly Paste[]>([]);
  const [isEmpty, setEmpty] = useState(false);
  const title = useRef<HTMLInputElement>(null);
  const attempt = useRef({ of: '', key: '' });
  const name = useNames(added.map(({ userId }) => userId));

  async function add(form: HTMLFormElement) {
    if (busy) return;
    const filled = [...new FormData(form)].map(([field, value]) => {
      const text = String(value).trim();
      return [field, field === 'jiraId' ? text.toUpperCase() : text] as const; // abc-12 is meant as ABC-12
    });
    const task = Object.fromEntries(filled.filter(([, text]) => text)) as unknown as NewTask;
    setEmpty(!task.title); // the browser takes blanks for a text
    if (!task.title) return title.current?.focus();
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
        <Field label={t('title')} error={isEmpty ? t('missing_title') : fieldError('title')}>
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
                setPastes((old) => [...old, { id: newKey(), tasks }]);
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
      {pastes.map(({ id, tasks }) => (
        <Later
          key={id}
          draw={(parts: typeof import('./later.tsx'), at) =>
            parts.manyTasks(at, {
              tasks,
              added: (task) => setAdded((old) => [task, ...old]),
              closed: () => {
                setPastes((old) => old.filter((paste) => paste.id !== id));
                if (document.activeElement === document.body) title.current?.focus();
              },
            })
          }
        />
      ))}
    </>
  );
}
