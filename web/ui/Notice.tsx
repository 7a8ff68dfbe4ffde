import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Refused } from './client.ts';
import { timeOfDay } from './formats.ts';
import type { Live } from './live.ts';
import { t } from './texts.ts';

/** Why something did not work, the code for support, and a way to go on: elsewhere, where this is not for the reader. */
export function ProblemNotice({ error, retry }: { error: Refused; retry?: () => void }) {
  const { traceId } = error.problem;
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(error.retryAfterSeconds);
    const timer = setInterval(() => setSeconds((left) => left - 1), 1_000);
    return () => clearInterval(timer);
  }, [error]);
  return (
    <div class="notice bad" role="alert">
      <strong>{error.message}</strong>
      {seconds > 0 && <p role="timer">{t('tryAgainIn', { seconds })}</p>}
      {traceId && <p class="small soft">{t('code', { traceId })}</p>}
      {retry &&
        (error.status === 403 ? (
          <a class="button" href="/">
            {t('toMine')}
          </a>
        ) : (
          <button type="button" class="button" onClick={retry}>
            {t('retry')}
          </button>
        ))}
    </div>
  );
}

/** Nothing is here: why, and what to do about it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="notice">{children}</div>;
}

/** The style shows it only when it takes a while: what comes at once needs no flicker. */
export const Loading = () => <div class="skeleton" role="status" aria-label={t('loading')} />;

/** Whether what is shown is of now, and if not, of when. */
export function LiveMark({ live }: { live: Live<unknown> }) {
  if (!live.data || !live.at) return null;
  return (
    <span class={`live small soft${live.error ? ' late' : ''}`} role="status">
      {live.error ? t('staleSince', { time: timeOfDay(live.at) }) : t('live')}
    </span>
  );
}
