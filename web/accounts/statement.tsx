import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transaction, TransactionKind } from '#contracts/rest/accounts';
import { Csv } from '../ui/Csv.tsx';
import { Select } from '../ui/Field.tsx';
import { DayFilter, Filters } from '../ui/Filters.tsx';
import { businessDay } from '../ui/formats.ts';
import { List, Table } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, useLiveList, useQuery } from '../ui/live.ts';
import { Money, Time } from '../ui/Money.tsx';
import { useNames } from '../ui/names.ts';
import { Origin } from './origin.tsx';
import { t } from './texts.ts';

const FILTERS = ['day', 'kind', 'taskId'];
const KINDS: readonly TransactionKind[] = ['fee', 'reward', 'payout'];

interface StatementProps {
  /** The list that is shown; the filters of the address are added to it. */
  readonly base: string;
  /** Whose a row is has to be said. */
  readonly isOfMany?: boolean;
  /** Another's rows; the reader's own where neither is said. */
  readonly title?: string;
  /** Whoever has asked for it somewhere else on the page is led to it, with eyes and keyboard. */
  readonly isAskedFor?: boolean;
  /** What its rows sum up to, where that is known. */
  readonly totals?: ComponentChildren;
  /** Stands beside the title. */
  readonly children?: ComponentChildren;
}

/** Rows of the ledger with filters by day and kind, and all of them as a file. */
export function Statement({ base, isOfMany = false, title, isAskedFor, totals, children }: StatementProps) {
  const [query, change] = useQuery();
  const path = filteredPath(base, query, FILTERS);
  const isFiltered = path !== base;
  const isOfOthers = isOfMany || title;
  const rows = useLiveList<Transaction>(path);
  const name = useNames(isOfMany && rows.data ? rows.data.map(({ userId }) => userId) : []);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isAskedFor) heading.current?.focus();
  }, []);
  const isRead = rows.data !== null;
  useEffect(() => {
    // Once more with the rows: before them the page may be too short for it. Whoever has gone on stays where they are.
    if (document.activeElement === heading.current) heading.current?.scrollIntoView();
  }, [isRead]);

  return (
    <section class="card" aria-labelledby="statement">
      <div class="head">
        <h2 id="statement" ref={heading} tabIndex={-1}>
          {title ?? t('statement')}
        </h2>
        {children}
        <Csv path={path} fileName="ates-statement.csv" />
      </div>
      <Filters names={FILTERS} {...{ query, change }}>
        <DayFilter label={t('day')} name="day" {...{ query, change }} />
        <Select
          label={t('kind')}
          value={query.get('kind') ?? ''}
          options={[['', t('allKinds')], ...KINDS.map((kind) => [kind, t(`kind_${kind}`)] as const)]}
          choose={(kind) => change({ kind })}
        />
      </Filters>
      {totals}
      <List
        list={rows}
        none={
          <>
            <strong>{t(isFiltered ? 'statementNoneFiltered' : 'statementNone')}</strong>
            {!isFiltered && <p>{t(isOfOthers ? 'statementNoneOthers' : 'statementNoneHint')}</p>}
          </>
        }
      >
        {(found) => <TransactionTable rows={found} nameOf={isOfMany ? name : null} />}
      </List>
    </section>
  );
}

interface TransactionTableProps {
  readonly rows: readonly Transaction[];
  readonly nameOf: ((userId: string) => string) | null;
}

function TransactionTable({ rows, nameOf }: TransactionTableProps) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Table
      texts={[t('when'), ...(nameOf ? [t('who')] : []), t('kind'), t('task')]}
      numbers={[t('sum'), t('balanceAfter')]}
      body={LongBody}
    >
      {rows.map((row) => (
        <Fragment key={row.id}>
          <tr>
            <td class="soft">
              <Time at={row.datetime} />
            </td>
            {nameOf && <td class="who">{nameOf(row.userId)}</td>}
            <td>
              <button
                type="button"
                class="opener"
                aria-expanded={row.id === opened}
                onClick={() => setOpened(row.id === opened ? null : row.id)}
              >
                {t(`kind_${row.kind}`)}
              </button>
            </td>
            <td class="text">
              {row.jiraId && <span class="tag">{row.jiraId}</span>}{' '}
              {row.taskId ? (
                <a href={`/tasks/task/?id=${row.taskId}`}>{row.taskTitle}</a>
              ) : (
                t('payoutOf', { date: businessDay(row.businessDate) })
              )}
            </td>
            <td class="number">
              <Money cents={row.sumCents} movement />
            </td>
            <td class="number soft">
              <Money cents={row.balanceCents} />
            </td>
          </tr>
          {row.id === opened && (
            <tr>
              <td class="whole" colSpan={6}>
                <Origin row={row} />
              </td>
            </tr>
          )}
        </Fragment>
      ))}
    </Table>
  );
}
