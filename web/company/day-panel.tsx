import { useEffect, useRef, useState } from 'preact/hooks';
import type { CloseDay, Day } from '#contracts/rest/accounts';
import { hasRole } from '../ui/choices.ts';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { DayFilter } from '../ui/Filters.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { Later } from '../ui/Later.tsx';
import { Loaded } from '../ui/List.tsx';
import { type Query, useLive } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { Empty, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { DayStatus } from './day-status.tsx';
import { Figure } from './figure.tsx';
import { t } from './texts.ts';

/** Leads whoever has chosen or changed a day to it, with eyes and keyboard. */
export const showDay = (): void => document.getElementById('day')?.focus();

/** One day and its closing: what it would pay, how far its paying is, what it has paid; and whether all books agree. */
export function DayPanel({ date, today, query, change }: { date: string; today: string } & Query) {
  const day = useLive<Day>(`/api/accounts/days/${encodeURIComponent(date)}`);
  const state = day.data?.state;
  const mayClose = hasRole('accountant', 'admin');
  const isChecked = query.has('check');

  useEffect(() => {
    if (state !== 'closing') return;
    const timer = setInterval(day.reload, 700);
    return () => clearInterval(timer);
  }, [state]);

  return (
    <section class="card" aria-labelledby="day">
      <div class="head">
        <h2 id="day" tabIndex={-1}>
          {t('dayNamed', { date: businessDay(date) })}
        </h2>
        <DayFilter label={t('otherDay')} name="day" otherwise={date} max={today} {...{ query, change }} />
      </div>
      {day.error?.status === 404 ? (
        <Empty>{t(date > today ? 'dayAhead' : 'dayBeforeAll')}</Empty>
      ) : (
        <Loaded live={day}>
          {(known) => (
            <>
              <Closing day={known} />
              {mayClose && (
                <div class="actions">
                  <CloseButton day={known} today={today} begun={day.reload} />
                  {!isChecked && (
                    <button type="button" class="button" onClick={() => change({ check: '1' })}>
                      {t('reconcile')}
                    </button>
                  )}
                </div>
              )}
              {mayClose && isChecked && (
                <Later draw={(parts: typeof import('./later.tsx'), at) => parts.reconciliation(at, date)} />
              )}
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

function Closing({ day }: { day: Day }) {
  const { date, state, timeZone, cutOff, early, closedBy, accounts, payouts, debts } = day;
  const name = useNames(closedBy ? [closedBy] : []);
  return (
    <>
      <div role="status">
        <DayStatus state={state} /> {early && t('early')}
        {state === 'closing' && (
          <>
            {t('progress', accounts)}
            <progress max={accounts.total} value={accounts.done} aria-label={t('state_closing')} />
          </>
        )}
      </div>
      <dl class="facts">
        <div>
          <dt>{t(state === 'open' ? 'wouldPay' : 'paid')}</dt>
          <dd>
            {state === 'open' ? (
              money(payouts.totalCents)
            ) : (
              <Figure cents={payouts.totalCents} {...{ date }} kind="payout" />
            )}
          </dd>
        </div>
        <div>
          <dt>{t('people')}</dt>
          <dd>{payouts.count}</dd>
        </div>
        {debts && (
          <div>
            <dt>{t('debts')}</dt>
            <dd>
              {money(debts.cents)} <span class="soft">({debts.count})</span>
            </dd>
          </div>
        )}
        {cutOff && (
          <>
            <div>
              <dt>{t('cutOff', { zone: timeZone })}</dt>
              <dd>
                <Time at={cutOff} />
              </dd>
            </div>
            <div>
              <dt>{t('closedBy')}</dt>
              <dd>{closedBy ? name(closedBy) : t('timer')}</dd>
            </div>
          </>
        )}
      </dl>
      {state === 'open' && <p class="soft small">{t('openHint', { zone: timeZone })}</p>}
    </>
  );
}

/** Closes a day that has ended, or today early; says whom it hits before it does. */
function CloseButton({ day, today, begun }: { day: Day; today: string; begun(): void }) {
  const [isAsked, setAsked] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const key = useRef('');
  const early = day.date === today;
  const action = t(early ? 'closeEarly' : 'closeDay');

  const close = () => {
    const body: CloseDay = early ? { early } : {};
    setRefused(null);
    command<Day>('POST', `/api/accounts/days/${day.date}/close`, body, key.current).catch(setRefused).finally(begun);
  };
  const closed = () => {
    setAsked(false);
    if (day.state !== 'open') showDay(); // the button that had the focus has gone
  };
  return (
    <>
      {day.state === 'open' && (
        <button
          type="button"
          class="button"
          onClick={() => {
            key.current = newKey(); // pressed twice in this dialog it is one command
            setAsked(true);
          }}
        >
          {action}
        </button>
      )}
      {refused && <ProblemNotice error={refused} />}
      {isAsked && (
        <Dialog title={action} action={t(day.payouts.count ? 'closeDo' : 'closeOnly')} act={close} closed={closed}>
          <p>
            {day.payouts.count
              ? t('closeAsk', { people: day.payouts.count, sum: money(day.payouts.totalCents) })
              : t('closeAskNobody')}
          </p>
          {day.debts && <p>{t('debtsAsk', { count: day.debts.count, sum: money(day.debts.cents) })}</p>}
          <p class="soft">{t(early ? 'closeEarlyHint' : 'closeHint')}</p>
        </Dialog>
      )}
    </>
  );
}
