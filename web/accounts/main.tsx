import { useState } from 'preact/hooks';
import type { Account, Transaction, TransactionKind } from '#contracts/rest/accounts';
import { download, type Refused } from '../ui/client.ts';
import { Field } from '../ui/Field.tsx';
import { businessDay } from '../ui/formats.ts';
import { useLive, useLiveList, useQuery } from '../ui/live.ts';
import { Money, Time } from '../ui/Money.tsx';
import { Empty, LiveMark, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { Page, start } from '../ui/Page.tsx';
import { t as common } from '../ui/texts.ts';
import { t } from './texts.ts';

const KINDS: readonly TransactionKind[] = ['fee', 'reward', 'payout'];

function MyAccount() {
  const account = useLive<Account>('/api/accounts/me');
  return (
    <Page title={common('account')} aside={<LiveMark live={account} />}>
      {account.error && !account.data && <ProblemNotice error={account.error} retry={account.reload} />}
      {!account.data && !account.error && <Loading />}
      {account.data && <Balance account={account.data} />}
      <Statement zone={account.data?.today.timeZone} />
    </Page>
  );
}

function Balance({ account: { balanceCents, today } }: { account: Account }) {
  return (
    <section class="card figures" aria-label={t('balance')}>
      <div>
        <p class="soft">{t('balance')}</p>
        <p class="figure" aria-live="polite">
          <Money cents={balanceCents} />
        </p>
      </div>
      <div>
        <p class="soft small">
          {t('today', { date: businessDay(today.date) })} · {t('zone', { zone: today.timeZone })}
        </p>
        <dl class="facts">
          <div>
            <dt>{t('earnedToday')}</dt>
            <dd>
              <Money cents={today.rewardsCents} movement />
            </dd>
          </div>
          <div>
            <dt>{t('chargedToday')}</dt>
            <dd>
              <Money cents={-today.feesCents} movement />
            </dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Statement({ zone }: { zone: string | undefined }) {
  const [query, change] = useQuery();
  const filters = new URLSearchParams(
    [...query].filter(([name, value]) => (name === 'day' || name === 'kind') && value),
  );
  const path = `/api/accounts/me/transactions${filters.size > 0 ? `?${filters}` : ''}`;
  const rows = useLiveList<Transaction>(path);

  return (
    <section class="card" aria-labelledby="statement">
      <div class="head">
        <h2 id="statement">{t('statement')}</h2>
        <CsvButton path={path} />
      </div>
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
        <Field label={t('kind')}>
          {(control) => (
            <select
              {...control}
              value={query.get('kind') ?? ''}
              onInput={(event) => change({ kind: event.currentTarget.value })}
            >
              <option value="">{t('allKinds')}</option>
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`kind_${kind}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {filters.size > 0 && (
          <button type="button" class="button quiet" onClick={() => change({ day: '', kind: '' })}>
            {t('clearFilters')}
          </button>
        )}
      </div>
      {rows.error && !rows.data && <ProblemNotice error={rows.error} retry={rows.reload} />}
      {!rows.error && !rows.data && <Loading />}
      {rows.data?.length === 0 && (
        <Empty>
          <strong>{t(filters.size > 0 ? 'statementNoneFiltered' : 'statementNone')}</strong>
          {filters.size === 0 && <p>{t('statementNoneHint')}</p>}
        </Empty>
      )}
      {rows.data && rows.data.length > 0 && <TransactionTable rows={rows.data} zone={zone} />}
      {rows.moreError && <ProblemNotice error={rows.moreError} />}
      {rows.more && (
        <button type="button" class="button" onClick={rows.more}>
          {t('more')}
        </button>
      )}
    </section>
  );
}

function CsvButton({ path }: { path: string }) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const save = () => {
    setRefused(null);
    download(path, 'ates-statement.csv').catch(setRefused);
  };
  return (
    <>
      <button type="button" class="button quiet no-print" onClick={save}>
        {t('csv')}
      </button>
      {refused && <ProblemNotice error={refused} />}
    </>
  );
}

function TransactionTable({ rows, zone }: { rows: readonly Transaction[]; zone: string | undefined }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th>{t('when')}</th>
            <th>{t('kind')}</th>
            <th>{t('task')}</th>
            <th class="number">{t('sum')}</th>
            <th class="number">{t('balanceAfter')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td class="soft">
                <Time at={row.datetime} zone={zone} />
              </td>
              <td>{t(`kind_${row.kind}`)}</td>
              <td class="text">
                {row.jiraId && <span class="tag">{row.jiraId}</span>} {row.taskTitle ?? '—'}
              </td>
              <td class="number">
                <Money cents={row.sumCents} movement />
              </td>
              <td class="number soft">
                <Money cents={row.balanceCents} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

start(<MyAccount />, 'account');
