import { useRef, useState } from 'preact/hooks';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t as row } from './row-texts.ts';
import { Amounts, TaskTable, Title } from './task-row.tsx';
import { t } from './texts.ts';

const NOTHING = { title: '', jiraId: '', description: '' };

/** Enter adds and keeps the focus for the next one; what was added stands below with whoever got it. */
export function AddTask() {
  const [draft, setDraft] = useState(NOTHING);
  const [added, setAdded] = useState<Task[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const title = useRef<HTMLInputElement>(null);
  const attempt = useRef({ of: '', key: '' });
  const name = useNames(added.map(({ userId }) => userId));

  const change = (part: Partial<typeof NOTHING>) => setDraft((old) => ({ ...old, ...part }));

  async function add() {
    if (busy) return;
    const task: NewTask = {
      title: draft.title,
      ...(draft.jiraId && { jiraId: draft.jiraId.trim() }),
      ...(draft.description && { description: draft.description }),
    };
    // The same task sent again after a lost answer goes out under the same key, and is added once.
    const content = JSON.stringify(task);
    if (attempt.current.of !== content) attempt.current = { of: content, key: newKey() };
    setBusy(true);
    setRefused(null);
    try {
      const made = await command<Task>('POST', '/api/tasks', task, attempt.current.key);
      attempt.current = { of: '', key: '' };
      setAdded((old) => [made, ...old]);
      setDraft(NOTHING);
      title.current?.focus();
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy(false);
  }

  const fieldError = (field: keyof typeof NOTHING) => refused?.fieldError(`/${field}`) && t(`invalid_${field}`);
  const toldAtFields = refused?.problem.errors?.every(({ pointer }) => pointer.slice(1) in NOTHING) ?? false;
  return (
    <form
      class="card"
      aria-labelledby="add"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div>
        <h2 id="add">{t('addTask')}</h2>
        <p class="soft">{t('addTaskHint')}</p>
      </div>
      {refused && !toldAtFields && <ProblemNotice error={refused} />}
      <div class="row task">
        <Field label={t('title')} error={fieldError('title')}>
          {(control) => (
            <input
              {...control}
              ref={title}
              required
              maxLength={400}
              autoComplete="off"
              value={draft.title}
              onInput={(event) => change({ title: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('jiraId')} error={fieldError('jiraId')}>
          {(control) => (
            <input
              {...control}
              placeholder="ABC-123"
              autoComplete="off"
              value={draft.jiraId}
              onInput={(event) => change({ jiraId: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <Field label={t('description')} error={fieldError('description')}>
        {(control) => (
          <textarea
            {...control}
            rows={2}
            value={draft.description}
            onInput={(event) => change({ description: event.currentTarget.value })}
          />
        )}
      </Field>
      <Submit busy={busy}>{t('add')}</Submit>
      <div role="status">
        {added.length > 0 && (
          <TaskTable more={[row('assignee')]}>
            {added.map((task) => (
              <tr key={task.id}>
                <td class="text">
                  <Title task={task} />
                </td>
                <td>{name(task.userId)}</td>
                <Amounts task={task} />
              </tr>
            ))}
          </TaskTable>
        )}
      </div>
    </form>
  );
}
