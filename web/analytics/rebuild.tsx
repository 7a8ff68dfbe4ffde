import { useRef, useState } from 'preact/hooks';
import type { RebuildRequest, Rebuild as Running } from '#contracts/rest/analytics';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { businessDay } from '../ui/formats.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

/** For when a figure was wrong: counts days again, once somebody has said which. */
export function Rebuild(proposed: RebuildRequest) {
  const [isAsked, setAsked] = useState(false);
  const [running, setRunning] = useState<Running | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const key = useRef('');

  const begin = (form: HTMLFormElement) => {
    setRefused(null);
    setRunning(null);
    const range = Object.fromEntries(new FormData(form)) as unknown as RebuildRequest;
    command<Running>('POST', '/api/analytics/rebuild', range, key.current).then(setRunning, setRefused);
  };
  return (
    <section class="card no-print" aria-labelledby="rebuild">
      <h2 id="rebuild">{t('rebuild')}</h2>
      <p class="soft">{t('rebuildHint')}</p>
      <button
        type="button"
        class="button"
        onClick={() => {
          key.current = newKey(); // pressed twice in this dialog it is one command
          setAsked(true);
        }}
      >
        {t('rebuild')}
      </button>
      <div role="status">
        {running && (
          <p class="notice">{t('rebuildRuns', { from: businessDay(running.from), to: businessDay(running.to) })}</p>
        )}
      </div>
      {refused && <ProblemNotice error={refused} />}
      {isAsked && (
        <Dialog title={t('rebuild')} action={t('rebuildDo')} act={begin} closed={() => setAsked(false)}>
          <p>{t('rebuildAsk')}</p>
          <div class="row filters">
            {(['from', 'to'] as const).map((name) => (
              <Field key={name} label={t(name === 'from' ? 'rebuildFrom' : 'rebuildTo')}>
                {(control) => (
                  <input
                    {...control}
                    type="date"
                    name={name}
                    required
                    max={proposed.to}
                    defaultValue={proposed[name]}
                  />
                )}
              </Field>
            ))}
          </div>
        </Dialog>
      )}
    </section>
  );
}
