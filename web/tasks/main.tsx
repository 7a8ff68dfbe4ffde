import { useRef, useState } from 'preact/hooks';
import type { Users } from '#contracts/rest/auth';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { command, get, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { Money } from '../ui/Money.tsx';
import { Empty, ProblemNotice } from '../ui/Notice.tsx';
import { Page, start } from '../ui/Page.tsx';
import { t as common } from '../ui/texts.ts';
import { t } from './texts.ts';

const NOTHING = { title: '', jiraId: '', description: '' };

function Tasks() {
  const [draft, setDraft] = useState(NOTHING);
  const [added, setAdded] = useState<Task[]>([]);
  const [names, setNames] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const title = useRef<HTMLInputElement>(null);
  const attempt = useRef({ of: '', key: '' });

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
      if (!names[made.userId]) void nameOf(made.userId).then((found) => setNames((old) => ({ ...old, ...found })));
      title.current?.focus();
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy(false);
  }

  const fieldError = (field: keyof typeof NOTHING) => refused?.fieldError(`/${field}`) && t(`invalid_${field}`);
  const toldAtFields = refused?.problem.errors?.every(({ pointer }) => pointer.slice(1) in NOTHING) ?? false;
  return (
    <Page title={common('tasks')}>
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
        <Field label={t('withDescription')} error={fieldError('description')}>
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
      </form>
      <section class="card" aria-labelledby="added">
        <h2 id="added">{t('addedNow')}</h2>
        {added.length === 0 ? <Empty>{t('addedNone')}</Empty> : <TaskTable tasks={added} names={names} />}
      </section>
    </Page>
  );
}

const nameOf = (id: string) =>
  get<Users>(`/api/auth/users?ids=${id}`).then(
    ({ items }) => Object.fromEntries(items.map((user) => [user.id, user.name])),
    () => ({}), // Auth is away: the task is there all the same, only its assignee has no name yet
  );

function TaskTable({ tasks, names }: { tasks: readonly Task[]; names: Readonly<Record<string, string>> }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th>{t('task')}</th>
            <th>{t('assignee')}</th>
            <th class="number">{t('fee')}</th>
            <th class="number">{t('reward')}</th>
          </tr>
        </thead>
        <tbody aria-live="polite">
          {tasks.map(({ id, title, jiraId, userId, feeCents, rewardCents }) => (
            <tr key={id}>
              <td class="text">
                {jiraId && <span class="tag">{jiraId}</span>} {title}
              </td>
              <td>{names[userId] ?? '…'}</td>
              <td class="number">{feeCents === undefined ? <Hidden /> : <Money cents={-feeCents} movement />}</td>
              <td class="number">{rewardCents === undefined ? <Hidden /> : <Money cents={rewardCents} movement />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Hidden = () => <span class="soft small">{t('hidden')}</span>;

start(<Tasks />, 'tasks');
