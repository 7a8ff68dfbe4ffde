import { useEffect, useState } from 'preact/hooks';
import type { Payout, Payouts } from '#contracts/rest/billing';
import { command, get, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { money } from '../ui/formats.ts';
import { Loading, ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

const BASE = '/api/billing/payouts';
const STUCK: readonly string[] = ['blocked', 'failed'];
const AT_ONCE = 4;
const LOOK_EVERY_MS = 500;
/** How often an accepted one is looked at until it has come to something. */
const LOOKS = 40;

export interface RetryAllProps {
  /** The filter of the list. */
  readonly query: URLSearchParams;
  /** It is over, with what there is to tell of it. */
  done(told: string): void;
}

/** Tries everything again that is held up or has failed under the filter; says how many, and how much, before it does. */
export function RetryAll({ query, done }: RetryAllProps) {
  const [found, setFound] = useState<readonly Payout[] | null>(null);
  const [tried, setTried] = useState<number | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [isAsked, setAsked] = useState(true);

  const look = () => {
    setRefused(null);
    setTried(null);
    setAsked(true);
    stuckUnder(query).then((stuck) => (stuck.length > 0 ? setFound(stuck) : done(t('stuckNone'))), setRefused);
  };
  useEffect(look, []);

  async function run(payouts: readonly Payout[]) {
    const left = [...payouts];
    let released = 0;
    let held = 0;
    setTried(0);
    const work = async () => {
      for (let payout = left.pop(); payout; payout = left.pop()) {
        if (STUCK.includes(await stateAfterRetry(payout.id))) held += 1;
        else released += 1;
        setTried(released + held);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      done(t('retriedAll', { released, held }));
    } catch (error) {
      left.length = 0; // the others stop too
      setRefused(error as Refused);
    }
  }

  if (refused) return <ProblemNotice error={refused} retry={look} />;
  if (!found) return <Loading />;
  const count = found.length;
  const sum = money(found.reduce((total, { amountCents }) => total + amountCents, 0));
  return (
    <>
      {tried !== null && (
        <p class="notice" role="status">
          {t('retrying', { done: tried, count })}
          <progress max={count} value={tried} aria-label={t('retryAll')} />
        </p>
      )}
      {isAsked && (
        <Dialog
          title={t('retryAll')}
          action={t('retry')}
          act={() => void run(found)}
          closed={() => (tried === null ? done('') : setAsked(false))}
        >
          <p>{t('retryAllAsk', { count, sum })}</p>
        </Dialog>
      )}
    </>
  );
}

/** All payouts under the filter that somebody has to try again, however many pages there are. */
async function stuckUnder(query: URLSearchParams): Promise<Payout[]> {
  const asked = query.get('state');
  const found: Payout[] = [];
  for (const state of STUCK.filter((one) => !asked || one === asked)) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const filter = new URLSearchParams({
        ...Object.fromEntries(query),
        state,
        limit: '200',
        ...(cursor && { cursor }),
      });
      const page: Payouts = await get(`${BASE}?${filter}`);
      found.push(...page.items);
      cursor = page.nextCursor;
    }
  }
  return found;
}

/** Tries one again, and gives the state that it comes to. */
async function stateAfterRetry(id: string): Promise<string> {
  const path = `${BASE}/${id}`;
  let { state } = await command<Payout>('POST', `${path}/retry`).catch((error: Refused) => {
    if (error.status !== 409) throw error;
    return get<Payout>(path); // somebody else was quicker
  });
  for (let n = 0; n < LOOKS && ['pending', 'sending'].includes(state); n += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    state = (await get<Payout>(path)).state;
  }
  return state;
}
