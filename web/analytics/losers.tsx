import { useState } from 'preact/hooks';
import type { AnalyticsDay, Losers as LosersList } from '#contracts/rest/analytics';
import { Loaded, Table } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { Empty } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './texts.ts';

const MOST = 200;
const signed = new Intl.NumberFormat(document.documentElement.lang, { signDisplay: 'exceptZero' });

/** How many are below zero; who they are for whoever opens it. */
export function Losers({ today, yesterday }: { today: AnalyticsDay; yesterday: AnalyticsDay }) {
  const [isOpen, setOpen] = useState(false);
  const more = today.losers - yesterday.losers;
  return (
    <section class="card figures" aria-labelledby="losers">
      <h2 id="losers">{t('losersNow')}</h2>
      <p class="figure" aria-live="polite">
        {today.losers}
      </p>
      <dl class="facts">
        <div>
          <dt>{t('toYesterday')}</dt>
          <dd>
            <span class={`money ${more > 0 ? 'loss' : more < 0 ? 'gain' : ''}`}>{signed.format(more)}</span>
          </dd>
        </div>
      </dl>
      <p class="soft small">{t('losersHint')}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('losersWho')}</summary>
        {isOpen && <Who />}
      </details>
    </section>
  );
}

/** Of today where no day is given. */
export function Who({ on }: { on?: string }) {
  const losers = useLive<LosersList>(`/api/analytics/losers?limit=${MOST}${on ? `&on=${on}` : ''}`);
  const name = useNames(losers.data?.items.map(({ userId }) => userId) ?? []);
  return (
    <Loaded live={losers}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <Empty>{t('losersNone')}</Empty>
        ) : (
          <>
            <Table texts={[t('worker')]} numbers={[t('balance')]}>
              {items.map(({ userId, balanceCents }) => (
                <tr key={userId}>
                  <td class="text">
                    <a href={`/accounts/all/?userId=${userId}`}>{name(userId)}</a>
                  </td>
                  <td class="number">
                    <Money cents={balanceCents} />
                  </td>
                </tr>
              ))}
            </Table>
            {nextCursor && <p class="soft small">{t('losersMost', { count: MOST })}</p>}
          </>
        )
      }
    </Loaded>
  );
}
