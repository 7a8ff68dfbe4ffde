import { useState } from 'preact/hooks';
import type { DeadLetters } from '#contracts/rest/ops';
import { command, get, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { PATH } from './dead-letters.tsx';
import { t } from './texts.ts';

/** Each is a command of its own; for more the command line is quicker, which takes a whole queue at once. */
const MOST = 500;

interface ReplayAllProps {
  readonly count: number;
  /** The list under its filter. */
  readonly path: string;
  readonly functionName: string;
  done(told: string): void;
}

/** Sends everything under the filter again, the oldest first; says how many before it does. */
export function ReplayAll({ count, path, functionName, done }: ReplayAllProps) {
  const [isAsked, setAsked] = useState(false);
  const [progress, setProgress] = useState<{ sent: number; of: number } | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const isRunning = progress !== null && !refused;
  const all = { count, where: functionName || t('everyFunction') };
  const name = t('replayAll', all);

  async function replayAll() {
    setRefused(null);
    setProgress({ sent: 0, of: count });
    try {
      const ids = await idsOf(path);
      for (const [i, id] of ids.entries()) {
        await command('POST', `${PATH}/${id}/replay`).catch((error: Refused) => {
          if (error.status !== 404) throw error; // somebody else was quicker
        });
        setProgress({ sent: i + 1, of: ids.length });
      }
      setProgress(null);
      done(t('replayedAll', { done: ids.length }));
    } catch (error) {
      setRefused(error as Refused);
    }
  }

  if (count > MOST) {
    return (
      <div class="notice">
        <p>{t('tooMany', all)}</p>
        <code>npm run ates -- dead replay --function {functionName || 'NAME'}</code>
      </div>
    );
  }
  return (
    <>
      <button type="button" class="button" aria-disabled={isRunning} onClick={() => isRunning || setAsked(true)}>
        {name}
      </button>
      <div role="status">
        {progress && (
          <p class="notice">
            {t('replaying', { done: progress.sent, count: progress.of })}
            <progress max={progress.of} value={progress.sent} aria-label={t('replayDo')} />
          </p>
        )}
      </div>
      {refused && <ProblemNotice error={refused} />}
      {isAsked && (
        <Dialog title={name} action={t('replayDo')} act={() => void replayAll()} closed={() => setAsked(false)}>
          <p>{t('replayAllAsk', all)}</p>
        </Dialog>
      )}
    </>
  );
}

/** All there are now, the oldest first: what comes back is not sent a second time. */
async function idsOf(path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && ids.length < MOST; ) {
    const page: DeadLetters = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
  }
  return ids.reverse();
}
