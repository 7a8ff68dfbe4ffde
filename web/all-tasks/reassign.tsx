import { useEffect, useRef, useState } from 'preact/hooks';
import type { Reassignment, ReassignmentPreview } from '#contracts/rest/tasks';
import { command, get, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { money } from '../ui/formats.ts';
import { useLive } from '../ui/live.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const EVERY_MS = 1_000;

/** The big button: says what it hits before it is pressed, shows its progress, and its result by person. */
export function ReassignAll() {
  const [isLater, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), EVERY_MS); // the tasks come first
    return () => clearTimeout(timer);
  }, []);
  const latest = useLive<{ items: Reassignment[] }>(isLater ? '/api/tasks/reassignments?limit=1' : null, EVERY_MS);
  const [preview, setPreview] = useState<ReassignmentPreview | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [begun, setBegun] = useState<string | null>(null);
  const key = useRef('');
  const job = latest.data?.items[0];
  const isRunning = job?.state === 'running';
  const name = useNames(job?.byWorker.map(({ userId }) => userId) ?? []);

  async function ask() {
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
      setBegun((await command<Reassignment>('POST', '/api/tasks/reassignments', {}, key.current)).id);
    } catch (error) {
      setRefused(error as Refused);
    }
    latest.reload();
  }

  return (
    <section class="card" aria-label={t('reassignAll')}>
      <button type="button" class="button" aria-disabled={isRunning} onClick={() => isRunning || ask()}>
        {t('reassignAll')}
      </button>
      {refused && <ProblemNotice error={refused} />}
      <div role="status">
        {job?.state === 'running' && (
          <p class="notice">
            {t('reassignRuns', { done: job.done, total: job.total })}
            <progress max={job.total} value={job.done} aria-label={t('reassignAll')} />
          </p>
        )}
        {job?.state === 'done' && job.id === begun && (
          <div class="notice">
            <p>{t('reassignDone', { done: job.done, skipped: job.skipped, fees: money(job.feesCents) })}</p>
            <ul class="small">
              {job.byWorker.map(({ userId, count }) => (
                <li key={userId}>{t('reassignBy', { name: name(userId), count })}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {preview && (
        <Dialog
          title={t('reassignAll')}
          action={t('reassignDo')}
          act={() => void begin()}
          closed={() => setPreview(null)}
        >
          <p>
            {t('reassignAsk', { tasks: preview.tasks, workers: preview.workers, fees: money(preview.feesCents) })}{' '}
            {t('reassignRefund')}
          </p>
        </Dialog>
      )}
    </section>
  );
}
