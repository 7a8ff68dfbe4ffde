import type { Payout } from '#contracts/rest/billing';
import { choice } from '../ui/choices.ts';
import { businessDay } from '../ui/formats.ts';
import { List, Table } from '../ui/List.tsx';
import { useLiveList } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { PayoutStatus } from './payout-state.tsx';
import { t } from './texts.ts';

/** One's own payouts, newest first, and what each waits for. */
export function MyPayouts() {
  const payouts = useLiveList<Payout>(`/api/billing/payouts?userId=${choice('id') ?? ''}`);
  return (
    <section class="card" aria-labelledby="mine">
      <div class="head">
        <h2 id="mine">{t('mine')}</h2>
        <LiveMark live={payouts} />
      </div>
      <List
        list={payouts}
        none={
          <>
            <strong>{t('mineNone')}</strong>
            <p>{t('mineNoneHint')}</p>
          </>
        }
      >
        {(rows) => (
          <Table texts={[t('payout')]} numbers={[t('sum')]}>
            {rows.map((payout) => (
              <tr key={payout.id}>
                <td class="text">
                  <p>{businessDay(payout.businessDate)}</p>
                  <PayoutStatus payout={payout} />
                  {payout.state === 'blocked' && <p class="small">{t('released')}</p>}
                </td>
                <td class="number">
                  <Money cents={payout.amountCents} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </section>
  );
}
