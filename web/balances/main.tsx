import type { Accounts } from '#contracts/rest/accounts';
import { Statement } from '../accounts/statement.tsx';
import { useLive, useQuery } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { Empty, LiveMark, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

/** Every account, lowest first, and the rows behind any of them. */
function Balances() {
  const [query, change] = useQuery();
  const accounts = useLive<Accounts>('/api/accounts/balances?limit=200');
  const chosen = query.get('userId') ?? '';
  const rows = accounts.data?.items ?? [];
  const name = useNames([...rows.map(({ userId }) => userId), ...(chosen ? [chosen] : [])]);
  const zone = rows[0]?.today.timeZone;

  return (
    <>
      <LiveMark live={accounts} />
      <section class="card">
        {accounts.error && !accounts.data && <ProblemNotice error={accounts.error} retry={accounts.reload} />}
        {!accounts.error && !accounts.data && <Loading />}
        {accounts.data && rows.length === 0 && <Empty>{t('none')}</Empty>}
        {rows.length > 0 && (
          <div class="scroll">
            <table class="stack">
              <thead>
                <tr>
                  <th>{t('worker')}</th>
                  <th class="number">{t('charged')}</th>
                  <th class="number">{t('earned')}</th>
                  <th class="number">{t('balance')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ userId, balanceCents, today }) => (
                  <tr key={userId}>
                    <td class="text">
                      <button type="button" class="button quiet" onClick={() => change({ userId })}>
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
              </tbody>
            </table>
          </div>
        )}
      </section>
      {chosen && (
        <div class="head">
          <p>{t('rowsOf', { name: name(chosen) })}</p>
          <button type="button" class="button quiet" onClick={() => change({ userId: '' })}>
            {t('everybody')}
          </button>
        </div>
      )}
      <Statement
        key={chosen}
        base={chosen ? `/api/accounts/users/${encodeURIComponent(chosen)}/transactions` : '/api/accounts/transactions'}
        zone={zone}
        nameOf={chosen ? undefined : name}
      />
    </>
  );
}

start(<Balances />);
