import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { HistoryEntry, Task, TaskWithHistory } from '#contracts/rest/tasks';
import { useGiving } from '../tasks/giving.tsx';
import { t as give } from '../tasks/giving-texts.ts';
import { Title } from '../tasks/task-row.tsx';
import { untilAnswered } from '../tasks/until-answered.ts';
import { choice, hasRole } from '../ui/choices.ts';
import { newKey, type Refused } from '../ui/client.ts';
import { businessDay, dayOf, money } from '../ui/formats.ts';
import { Loaded, Table } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Money, Time } from '../ui/Money.tsx';
import { Empty, LiveMark, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { Status } from '../ui/Status.tsx';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

/** One task: what it costs and brings, what happened to it, and the rows of the ledger that came of it. */
function TaskPage() {
  const id = new URLSearchParams(location.search).get('id');
  const task = useLive<TaskWithHistory>(id && `/api/tasks/${encodeURIComponent(id)}`);
  const history = task.data?.history ?? [];
  const name = useNames(history.flatMap(({ userId, byUserId }) => [userId, byUserId]));
  if (!id || task.error?.status === 404) {
    return (
      <Empty>
        <p>{t('none')}</p>
        <a href="/tasks/all/">{t('toAll')}</a>
      </Empty>
    );
  }
  return (
    <>
      <LiveMark live={task} />
      <Loaded live={task}>
        {(known) => (
          <>
            <Facts task={known} name={name} changed={task.reload} />
            <History task={known} name={name} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface NamedTask {
  readonly task: TaskWithHistory;
  name(userId: string): string;
}

function Facts({ task, name, changed }: NamedTask & { changed(): void }) {
  const { id, status, userId, description, feeCents, rewardCents } = task;
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const [isBusy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const giving = useGiving(changed);

  async function close() {
    if (isBusy) return;
    setBusy(true);
    setRefused(null);
    giving.forget();
    try {
      const lost = () => setTold(t('closeLost'));
      const closed = await untilAnswered<Task>(`/api/tasks/${id}/close`, newKey(), lost);
      setTold(t('closedNow', { reward: money(closed.rewardCents ?? 0) }));
      heading.current?.focus(); // the button goes
    } catch (error) {
      setTold('');
      setRefused(error as Refused);
    }
    setBusy(false);
    changed();
  }
  const isOpen = status === 'open';
  return (
    <section class="card" aria-labelledby="title">
      <h2 id="title" ref={heading} tabIndex={-1}>
        <Title task={task} />
      </h2>
      {description && <p class="lines">{description}</p>}
      <dl class="facts">
        <Fact name={t('whose')}>{name(userId)}</Fact>
        <Fact name={t('state')}>
          <Status tone={isOpen ? 'idle' : 'good'}>{t(`status_${status}`)}</Status>
        </Fact>
        <Fact name={t('fee')}>
          <Amount cents={feeCents && -feeCents} />
        </Fact>
        <Fact name={t(isOpen ? 'reward' : 'rewarded')}>
          <Amount cents={rewardCents} />
        </Fact>
      </dl>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
      {refused && <ProblemNotice error={refused} />}
      {giving.view}
      {isOpen && (
        <div class="actions no-print">
          {userId === choice('id') && (
            <button type="button" class="button main" aria-disabled={isBusy} onClick={close}>
              {t('close')}
            </button>
          )}
          {hasRole('manager', 'admin') && (
            <button type="button" class="button" aria-disabled={giving.isBusy(id)} onClick={() => giving.ask(task)}>
              {give('reassign')}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Amount = ({ cents }: { cents: number | undefined }) =>
  cents === undefined ? <span class="soft small">{t('hidden')}</span> : <Money cents={cents} movement />;

/** What happened, newest first, with what it cost; and from there to the accounts. */
function History({ task: { id, history }, name }: NamedTask) {
  const own = history.filter(({ userId }) => userId === choice('id'));
  const days = new Set(own.map(({ at }) => dayOf(at)));
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">{t('history')}</h2>
      <Table texts={[t('what'), t('when'), t('who'), t('by')]} numbers={[t('sum')]}>
        {history.toReversed().map((entry) => (
          <tr key={entry.version}>
            <td class="text">{t(entry.kind)}</td>
            <td class="soft">
              <Time at={entry.at} />
            </td>
            <td class="who">{name(entry.userId)}</td>
            <td class="who">{name(entry.byUserId)}</td>
            <td class="number">
              <Amount cents={centsOf(entry)} />
            </td>
          </tr>
        ))}
      </Table>
      <h2>{t('rows')}</h2>
      <p class="soft">{t('rowsHint')}</p>
      <p class="choices">
        {hasRole('accountant', 'executive', 'admin') && <a href={`/accounts/all/?taskId=${id}`}>{t('rowsAll')}</a>}
        {[...days].map((day) => (
          <a key={day} href={`/accounts/?day=${day}`}>
            {t('rowsMine', { date: businessDay(day) })}
          </a>
        ))}
      </p>
    </section>
  );
}

const centsOf = ({ kind, feeCents, rewardCents }: HistoryEntry) =>
  kind === 'closed' ? rewardCents : feeCents && -feeCents;

start(<TaskPage />);
