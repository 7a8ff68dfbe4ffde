import { useState } from 'preact/hooks';
import type { Payout, PayoutReport } from '#contracts/rest/billing';
import { Csv } from '../ui/Csv.tsx';
import { hasRole } from '../ui/choices.ts';
import { command, type Refused } from '../ui/client.ts';
import { Field, Select } from '../ui/Field.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { List, Loaded, Table } from '../ui/List.tsx';
import { filteredPath, type Query, useLive, useLiveList, useQuery } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t as common } from '../ui/texts.ts';
import { PayoutStatus, STATES, StateName } from './payout-state.tsx';
import { t } from './texts.ts';

const BASE = '/api/billing/payouts';

/** What closed days owe, by state and by person, and a way to go on with what is stuck. */
export function AllPayouts() {
  const [query, change] = useQuery();
  const path = filteredPath(BASE, query, ['day', 'state', 'userId']);
  const payouts = useLiveList<Payout>(path);
  const name = useNames(payouts.data?.map(({ userId }) => userId) ?? []);
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const [busy, setBusy] = useState('');

  async function retry({ id, userId, amountCents }: Payout) {
    setBusy(id);
    setTold('');
    setRefused(null);
    try {
      await command<Payout>('POST', `${BASE}/${id}/retry`);
      setTold(t('retried', { name: name(userId), sum: money(amountCents) }));
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy('');
    payouts.reload();
  }

  return (
    <>
      <LiveMark live={payouts} />
      <section class="card" aria-labelledby="all">
        <div class="head">
          <h2 id="all">{t('all')}</h2>
          <Csv path={path} fileName="ates-payouts.csv" />
        </div>
        <Totals {...{ query, change }} />
        <div class="row filters no-print">
          <Field label={t('day')}>
            {(control) => (
              <input
                {...control}
                type="date"
                value={query.get('day') ?? ''}
                onInput={(event) => change({ day: event.currentTarget.value })}
              />
            )}
          </Field>
          <Select
            label={t('state')}
            value={query.get('state') ?? ''}
            options={[['', t('anyState')], ...STATES.map((state) => [state, t(`state_${state}`)] as const)]}
            choose={(state) => change({ state })}
          />
          {path !== BASE && (
            <button type="button" class="button quiet" onClick={() => change({ day: '', state: '', userId: '' })}>
              {common('clearFilters')}
            </button>
          )}
        </div>
        <div role="status">{told && <p class="notice">{told}</p>}</div>
        {refused && <ProblemNotice error={refused} />}
        <List list={payouts} none={t('allNone')}>
          {(rows) => <PayoutTable {...{ rows, name, change, busy }} retry={(payout) => void retry(payout)} />}
        </List>
      </section>
    </>
  );
}

/** How many payouts, and how much, by state: of the day that is chosen, else of the last 30. Each leads to its rows. */
function Totals({ query, change }: Query) {
  const day = query.get('day');
  const report = useLive<PayoutReport>(
    `/api/billing/reports${day ? `?${new URLSearchParams({ from: day, to: day })}` : ''}`,
  );
  return (
    <Loaded live={report}>
      {({ totals }) => (
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
                  <a
                    href={`?${new URLSearchParams({ ...(day && { day }), state })}`}
                    onClick={(event) => {
                      event.preventDefault();
                      change({ state });
                    }}
                  >
                    {money(totals.states[state].cents)}
                  </a>{' '}
                  <span class="soft">({totals.states[state].count})</span>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Loaded>
  );
}

interface PayoutTableProps extends Pick<Query, 'change'> {
  readonly rows: readonly Payout[];
  /** The id of the payout whose retry is under way. */
  readonly busy: string;
  name(userId: string): string;
  retry(payout: Payout): void;
}

function PayoutTable({ rows, name, change, busy, retry }: PayoutTableProps) {
  const mayRetry = hasRole('accountant', 'admin');
  return (
    <Table texts={[t('day'), t('who'), t('state')]} numbers={[t('sum')]} actions={mayRetry}>
      {rows.map((payout) => {
        const { id, userId, businessDate, state, amountCents } = payout;
        const action = t(state === 'unknown' ? 'askBank' : 'retry');
        return (
          <tr key={id}>
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
            <td>{name(userId)}</td>
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
                    disabled={busy === id}
                    aria-label={t('retryNamed', { action, name: name(userId), sum: money(amountCents) })}
                    onClick={() => retry(payout)}
                  >
                    {action}
                  </button>
                )}
              </td>
            )}
          </tr>
        );
      })}
    </Table>
  );
}
