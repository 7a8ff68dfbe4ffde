import { useState } from 'preact/hooks';
import type { Transaction, TransactionKind } from '#contracts/rest/accounts';
import { download, type Refused } from '../ui/client.ts';
import { Field } from '../ui/Field.tsx';
import { useLiveList, useQuery } from '../ui/live.ts';
import { Money, Time } from '../ui/Money.tsx';
import { Empty, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

const KINDS: readonly TransactionKind[] = ['fee', 'reward', 'payout'];

interface StatementProps {
  /** The list that is shown; the filters of the address are added to it. */
  readonly base: string;
  /** The company's zone, as soon as it is known. */
  readonly zone: string | undefined;
  /** Says whose a row is, where a list has the rows of many. */
  readonly nameOf?: ((userId: string) => string) | undefined;
}

/** Rows of the ledger with filters by day and kind, and all of them as a file. */
export function Statement({ base, zone, nameOf }: StatementProps) {
  const [query, change] = useQuery();
  const filters = new URLSearchParams(
    [...query].filter(([name, value]) => (name === 'day' || name === 'kind') && value),
  );
  const path = `${base}${filters.size > 0 ? `?${filters}` : ''}`;
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
      {rows.data && rows.data.length > 0 && <TransactionTable rows={rows.data} zone={zone} nameOf={nameOf} />}
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

function TransactionTable({ rows, zone, nameOf }: Omit<StatementProps, 'base'> & { rows: readonly Transaction[] }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th>{t('when')}</th>
            {nameOf && <th>{t('who')}</th>}
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
              {nameOf && <td>{nameOf(row.userId)}</td>}
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
