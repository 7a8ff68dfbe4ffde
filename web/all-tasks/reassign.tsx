import { useEffect, useRef, useState } from 'preact/hooks';
import type { Reassignment, ReassignmentPreview } from '#contracts/rest/tasks';
import { t as give } from '../tasks/giving-texts.ts';
import { t as row } from '../tasks/row-texts.ts';
import { untilAnswered } from '../tasks/until-answered.ts';
import { get, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { money } from '../ui/formats.ts';
import { useLive } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const EVERY_MS = 1_000;
/** So long the last one is told of: whoever comes later knows what has happened to the tasks. */
const RECENT_MS = 86_400_000;

export interface ReassignAllProps {
  /** The big button; pressed, it is heard here. */
  readonly button: HTMLButtonElement;
  /** It was pressed before anybody could hear it. */
  readonly isPressed: boolean;
}

/**
 * Behind the big button: says what it hits and when that was done last; shows the job that runs or was the last one,
 * whoever began it and wherever, with its progress and its result by person.
 */
export function ReassignAll({ button, isPressed }: ReassignAllProps) {
  const latest = useLive<{ items: Reassignment[] }>('/api/tasks/reassignments?limit=1', EVERY_MS);
  const [preview, setPreview] = useState<ReassignmentPreview | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [begun, setBegun] = useState<string | null>(null);
  const key = useRef('');
  const [last] = latest.data?.items ?? [];
  const job = last && Date.now() - Date.parse(last.startedAt) < RECENT_MS ? last : null;
  const isRunning = job?.state === 'running';
  const name = useNames(job ? [job.byUserId, ...job.byWorker.map(({ userId }) => userId)] : []);

  async function ask() {
    if (isRunning) return;
    setRefused(null);
    key.current = newKey(); // pressed twice in this dialog it is begun once
    try {
      setPreview(await get<ReassignmentPreview>('/api/tasks/reassignments/preview'));
    } catch (error) {
      setRefused(error as Refused);
    }
  }
  async function begin() {
    try {
      setBegun((await untilAnswered<Reassignment>('/api/tasks/reassignments', key.current, setRefused)).id);
      setRefused(null);
    } catch (error) {
      setRefused(error as Refused);
    }
    latest.reload();
  }

  useEffect(() => {
    if (isPressed) void ask();
  }, []);
  useEffect(() => {
    button.setAttribute('aria-disabled', String(isRunning)); // unlike `disabled` it keeps the focus
    button.addEventListener('click', ask);
    return () => button.removeEventListener('click', ask);
  });

  const isVain = preview && (preview.tasks === 0 || preview.workers === 0);
  const by = job && (
    <>
      {t('reassignBy', { name: name(job.byUserId) })}
      <Time at={job.startedAt} />
    </>
  );
  return (
    <>
      {refused && <ProblemNotice error={refused} />}
      <div role="status">
        {isVain && <p class="notice">{preview.tasks === 0 ? t('reassignNone') : row('no-active-worker')}</p>}
        {isRunning && (
          <p class="notice">
            {by} {t('reassignRuns', { done: job.done, total: job.total })}
            <progress max={job.total} value={job.done} aria-label={t('reassignAll')} />
          </p>
        )}
        {job && !isRunning && (
          <details open={job.id === begun}>
            <summary>{by}</summary>
            <p>{t('reassignDone', { done: job.done, skipped: job.skipped, fees: money(job.feesCents) })}</p>
            <ul class="small">
              {job.byWorker.map(({ userId, count }) => (
                <li key={userId}>
                  {name(userId)}: {count}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {preview && !isVain && (latest.data || latest.error) && (
        <Dialog
          title={t('reassignAll')}
          action={give('reassign')}
          act={() => void begin()}
          closed={() => setPreview(null)}
        >
          {job && <p class="notice warn">{t('reassignAgo', { name: name(job.byUserId), ago: ago(job.startedAt) })}</p>}
          <p>
            {t('reassignAsk', { tasks: preview.tasks, workers: preview.workers, fees: money(preview.feesCents) })}{' '}
            {t('reassignRefund')}
          </p>
        </Dialog>
      )}
    </>
  );
}

/** How long ago, in words. */
function ago(instant: string): string {
  const minutes = Math.min(0, Math.round((Date.parse(instant) - Date.now()) / 60_000)); // the server's clock may be ahead
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' });
  return minutes > -60 ? words.format(minutes, 'minute') : words.format(Math.round(minutes / 60), 'hour');
}
