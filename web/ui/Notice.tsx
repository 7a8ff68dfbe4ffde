import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Refused } from './client.ts';
import { timeOfDay } from './formats.ts';
import type { Live } from './live.ts';
import { t } from './texts.ts';

/** Why something did not work, the code for support, and a way to go on. */
export function ProblemNotice({ error, retry }: { error: Refused; retry?: () => void }) {
  const { traceId } = error.problem;
  return (
    <div class="notice bad" role="alert">
      <strong>{error.message}</strong>
      {error.retryAfterSeconds > 0 && <p>{t('tryAgainIn', { seconds: error.retryAfterSeconds })}</p>}
      {traceId && <p class="small soft">{t('code', { traceId })}</p>}
      {retry && (
        <button type="button" class="button" onClick={retry}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}

/** Nothing is here: why, and what to do about it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="notice">{children}</div>;
}

/** Said only when it takes a while: what comes at once needs no flicker. */
export function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return late ? <div class="skeleton" role="status" aria-label={t('loading')} /> : <div class="skeleton" hidden />;
}

/** Whether what is shown is of now, and if not, of when. */
export function LiveMark({ live }: { live: Live<unknown> }) {
  if (!live.data) return null;
  const late = live.error !== null && live.at !== null;
  return (
    <span class={late ? 'live late small soft' : 'live small soft'} role="status">
      {late ? t('staleSince', { time: timeOfDay(live.at as Date) }) : t('live')}
    </span>
  );
}
