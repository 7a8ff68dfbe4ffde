import { Fragment } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Payout, Payouts } from '#contracts/rest/billing';
import { Csv } from '../ui/Csv.tsx';
import { hasRole } from '../ui/choices.ts';
import { Select } from '../ui/Field.tsx';
import { DayFilter, Filters } from '../ui/Filters.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { Later } from '../ui/Later.tsx';
import { List, Table } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, type LiveList, type Query, useLiveList, useQuery } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark, Loading } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { PayoutStatus, STATES, StateName } from './payout-state.tsx';
import { t } from './texts.ts';

const BASE = '/api/billing/payouts';
const FILTERS = ['day', 'state', 'userId'];

/** What closed days owe, by state and by person, and a way to go on with what is stuck. */
export function AllPayouts() {
  const [query, change] = useQuery();
  const path = filteredPath(BASE, query, FILTERS);
  const payouts = useLiveList<Payout, Payouts>(path);
  const name = useNames(payouts.data?.map(({ userId }) => userId) ?? []);
  const [told, setTold] = useState('');
  const [retried, setRetried] = useState<Payout | 'all' | null>(null);
  const mayRetry = hasRole('accountant', 'admin'); // who reads everybody's letters, too

  const retry = (what: Payout | 'all') => {
    setTold('');
    setRetried(what);
  };

  return (
    <>
      <LiveMark live={payouts} />
      <section class="card" aria-labelledby="all">
        <div class="head">
          <h2 id="all">{t('all')}</h2>
          <Csv path={path} fileName="ates-payouts.csv" />
        </div>
        <Totals {...{ payouts, query, change }} />
        <Filters names={FILTERS} {...{ query, change }}>
          <DayFilter label={t('day')} name="day" {...{ query, change }} />
          <Select
            label={t('state')}
            value={query.get('state') ?? ''}
            options={[['', t('anyState')], ...STATES.map((state) => [state, t(`state_${state}`)] as const)]}
            choose={(state) => change({ state })}
          />
        </Filters>
        {mayRetry && ['', 'blocked', 'failed'].includes(query.get('state') ?? '') && (
          <button type="button" class="button no-print" aria-disabled={retried === 'all'} onClick={() => retry('all')}>
            {t('retryAll')}
          </button>
        )}
        {retried && (
          <Later
            key={retried === 'all' ? retried : retried.id}
            draw={(parts: typeof import('./later.tsx'), at) => {
              const done = (text: string) => {
                setTold(text);
                setRetried((latest) => (latest === retried ? null : latest));
                payouts.reload();
              };
              return retried === 'all'
                ? parts.retryAll(at, { query, done })
                : parts.retryOne(at, { payout: retried, name: name(retried.userId), done });
            }}
          />
        )}
        <div role="status">{told && <p class="notice">{told}</p>}</div>
        <List list={payouts} none={t('allNone')}>
          {(rows) => <PayoutTable {...{ rows, name, change, mayRetry, retry }} />}
        </List>
      </section>
    </>
  );
}

interface TotalsProps extends Query {
  readonly payouts: LiveList<Payout, Payouts>;
}

/**
 * How many payouts, and how much, by state: of the day that is chosen; else what is not settled counts whole, and what
 * is paid of the last 30 days. Each figure leads to its rows; that of 30 days has more rows than it counts, and no link.
 */
function Totals({ payouts, query, change }: TotalsProps) {
  const day = query.get('day');
  const of = filteredPath(BASE, query, ['day', 'userId']);
  const last = useRef<{ of: string; totals: Payouts['totals'] }>(null); // a list of another state has the same ones
  if (payouts.newest) last.current = { of, totals: payouts.newest.totals };
  const totals = last.current?.of === of && last.current.totals;
  if (!totals) return payouts.error ? null : <Loading />;
  return (
    <>
      <p class="soft small">{day ? t('ofDay', { date: businessDay(day) }) : t('latest')}</p>
      <dl class="facts">
        <div>
          <dt>{t('total')}</dt>
          <dd>
            {money(totals.cents)} <span class="soft">({totals.count})</span>
          </dd>
        </div>
        {STATES.filter((state) => totals.states[state].count > 0).map((state) => (
          <div key={state}>
            <dt>
              <StateName state={state} />
            </dt>
            <dd>
              {day || state !== 'paid' ? (
                <a
                  href={`?${new URLSearchParams({ ...(day && { day }), state })}`}
                  onClick={(event) => {
                    event.preventDefault();
                    change({ state });
                  }}
                >
                  {money(totals.states[state].cents)}
                </a>
              ) : (
                money(totals.states[state].cents)
              )}{' '}
              <span class="soft">({totals.states[state].count})</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface PayoutTableProps extends Pick<Query, 'change'> {
  readonly rows: readonly Payout[];
  readonly mayRetry: boolean;
  name(userId: string): string;
  retry(payout: Payout): void;
}

function PayoutTable({ rows, name, change, mayRetry, retry }: PayoutTableProps) {
  const [opened, setOpened] = useState('');
  return (
    <Table texts={[t('day'), t('who'), t('state')]} numbers={[t('sum')]} actions={mayRetry} body={LongBody}>
      {rows.map((payout) => {
        const { id, userId, businessDate, state, amountCents } = payout;
        const action = t(state === 'unknown' ? 'askBank' : 'retry');
        return (
          <Fragment key={id}>
            <tr>
              <td class="when">
                <a
                  href={`?day=${businessDate}`}
                  onClick={(event) => {
                    event.preventDefault();
                    change({ day: businessDate });
                  }}
                >
                  {businessDay(businessDate)}
                </a>
              </td>
              <td class="who">
                {mayRetry ? (
                  <button
                    type="button"
                    class="opener"
                    aria-expanded={id === opened}
                    onClick={() => setOpened(id === opened ? '' : id)}
                  >
                    {name(userId)}
                  </button>
                ) : (
                  name(userId)
                )}
              </td>
              <td class="text">
                <PayoutStatus payout={payout} />
              </td>
              <td class="number">
                <Money cents={amountCents} />
              </td>
              {mayRetry && (
                <td class="number">
                  {['blocked', 'failed', 'unknown'].includes(state) && (
                    <button
                      type="button"
                      class="button quiet"
                      aria-label={t('retryNamed', { action, name: name(userId), sum: money(amountCents) })}
                      onClick={() => retry(payout)}
                    >
                      {action}
                    </button>
                  )}
                </td>
              )}
            </tr>
            {id === opened && (
              <tr>
                <td class="whole" colSpan={5}>
                  <Later draw={(parts: typeof import('./later.tsx'), at) => parts.letters(at, id)} />
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </Table>
  );
}
