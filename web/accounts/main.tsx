import { useEffect, useState } from 'preact/hooks';
import type { Account, Transaction, TransactionKind, Transactions } from '#contracts/rest/accounts';
import { get, type Refused } from '../ui/client.ts';
import { Field } from '../ui/Field.tsx';
import { businessDay } from '../ui/formats.ts';
import { useLive, useQuery } from '../ui/live.ts';
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
  const live = useLive<Transactions>(path);
  const older = useOlder(path);
  const rows = withoutRepeats([...(live.data?.items ?? []), ...older.rows]);
  const next = older.rows.length > 0 ? older.next : (live.data?.nextCursor ?? null);

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
      {live.error && !live.data && <ProblemNotice error={live.error} retry={live.reload} />}
      {!live.error && !live.data && <Loading />}
      {live.data && rows.length === 0 && (
        <Empty>
          <strong>{t(filters.size > 0 ? 'statementNoneFiltered' : 'statementNone')}</strong>
          {filters.size === 0 && <p>{t('statementNoneHint')}</p>}
        </Empty>
      )}
      {rows.length > 0 && <TransactionTable rows={rows} zone={zone} />}
      {older.error && <ProblemNotice error={older.error} />}
      {next && (
        <button type="button" class="button" onClick={() => older.load(next)}>
          {t('more')}
        </button>
      )}
    </section>
  );
}

/** The pages behind the first, which stays live. */
function useOlder(path: string) {
  const [state, setState] = useState<{ rows: Transaction[]; next: string | null; error: Refused | null }>({
    rows: [],
    next: null,
    error: null,
  });
  useEffect(() => setState({ rows: [], next: null, error: null }), [path]);
  const load = (cursor: string) =>
    void get<Transactions>(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`).then(
      ({ items, nextCursor }) => setState((old) => ({ rows: [...old.rows, ...items], next: nextCursor, error: null })),
      (error: Refused) => setState((old) => ({ ...old, error })),
    );
  return { ...state, load };
}

/** A row that has moved to the next page meanwhile is shown once. */
const withoutRepeats = (rows: readonly Transaction[]): Transaction[] => [
  ...new Map(rows.map((row) => [row.id, row])).values(),
];

/** The same rows as a file; a link could not say that it wants CSV. */
function CsvButton({ path }: { path: string }) {
  const download = async () => {
    const response = await fetch(path, { headers: { accept: 'text/csv' } });
    if (!response.ok) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = 'ates-statement.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <button type="button" class="button quiet no-print" onClick={download}>
      {t('csv')}
    </button>
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
