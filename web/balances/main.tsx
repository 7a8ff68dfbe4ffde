import { useState } from 'preact/hooks';
import type { Accounts } from '#contracts/rest/accounts';
import { Statement } from '../accounts/statement.tsx';
import { List, Table } from '../ui/List.tsx';
import { useLive, useQuery } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { start } from '../ui/start.tsx';
import { DayTotals } from './day-totals.tsx';
import { t } from './texts.ts';

/** Every account, lowest first, and the rows behind any of them. */
function Balances() {
  const [query, change] = useQuery();
  const accounts = useLive<Accounts>('/api/accounts/balances?limit=200');
  const chosen = query.get('userId') ?? '';
  const day = query.get('day');
  const rows = accounts.data?.items ?? [];
  const name = useNames([...rows.map(({ userId }) => userId), ...(chosen ? [chosen] : [])]);
  // From a figure or a name somewhere else: the rows behind it come first.
  const [isLedHere] = useState(() => ['day', 'kind', 'taskId', 'userId'].some((name) => query.has(name)));
  const [asked, setAsked] = useState(0); // how often for rows, on this page
  const show = (whose: { userId: string; rows?: string }) => {
    change(whose);
    setAsked(asked + 1);
  };
  const everybodysRows = (
    <button type="button" class="button quiet" onClick={() => show({ userId: '', rows: 'all' })}>
      {t('everybody')}
    </button>
  );

  const everybody = (
    <section class="card">
      <List list={{ ...accounts, data: accounts.data && rows }} none={t('none')}>
        {() => (
          <Table texts={[t('worker')]} numbers={[t('charged'), t('earned'), t('balance')]}>
            {rows.map(({ userId, balanceCents, today }) => (
              <tr key={userId}>
                <td class="text">
                  <button type="button" class="button quiet" onClick={() => show({ userId })}>
                    {name(userId)}
                  </button>
                </td>
                <td class="number">
                  <Money cents={-today.feesCents} movement />
                </td>
                <td class="number">
                  <Money cents={today.rewardsCents} movement />
                </td>
                <td class="number">
                  <Money cents={balanceCents} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </section>
  );

  return (
    <>
      <LiveMark live={accounts} />
      {!isLedHere && everybody}
      {chosen || isLedHere || query.has('rows') ? (
        <Statement
          key={`${chosen} ${asked}`}
          base={
            chosen ? `/api/accounts/users/${encodeURIComponent(chosen)}/transactions` : '/api/accounts/transactions'
          }
          isOfMany={!chosen}
          isAskedFor={asked > 0}
          totals={day && !chosen && !query.has('taskId') && <DayTotals day={day} kind={query.get('kind') ?? ''} />}
          {...(chosen && { title: t('rowsOf', { name: name(chosen) }) })}
        >
          {chosen && everybodysRows}
        </Statement>
      ) : (
        everybodysRows
      )}
      {isLedHere && everybody}
    </>
  );
}

start(<Balances />);
