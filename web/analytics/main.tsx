import type { AnalyticsDay, AnalyticsDays } from '#contracts/rest/analytics';
import { hasRole } from '../ui/choices.ts';
import { businessDay } from '../ui/formats.ts';
import { Later } from '../ui/Later.tsx';
import { Loaded } from '../ui/List.tsx';
import { useLive, useQuery } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { Dearest } from './dearest.tsx';
import { Losers } from './losers.tsx';
import { OneDay } from './one-day.tsx';
import { Period } from './period.tsx';
import { t } from './texts.ts';

/** Three answers: what today has earned, who is below zero, which task was the dearest; and the profit over time. */
function Analytics() {
  const [query, change] = useQuery();
  const isKiosk = query.has('kiosk');
  document.documentElement.toggleAttribute('data-kiosk', isKiosk); // the style makes it large and takes away the rest
  const days = useLive<AnalyticsDays>('/api/analytics/days');
  return (
    <>
      <LiveMark live={days} />
      <Loaded live={days}>
        {(known) => {
          const [today, yesterday, weekBefore] = [1, 2, 8].map((back) => known.items.at(-back)) as [Day, Day, Day];
          return (
            <>
              <div class="answers">
                <ProfitToday {...{ today, yesterday, weekBefore }} zone={known.timeZone} />
                <Losers {...{ today, yesterday }} />
                <Dearest days={known.items} />
              </div>
              <Period {...{ known, query, change }} />
              <OneDay {...{ query, change }} today={today.date} />
              <p class="no-print soft small">
                <a href={isKiosk ? '?' : '?kiosk=1'}>{t(isKiosk ? 'kioskEnd' : 'kiosk')}</a>
              </p>
              {hasRole('admin') && (
                <Later
                  key={today.date}
                  draw={(parts: typeof import('./later.tsx'), at) =>
                    parts.rebuild(at, { from: known.items[0]?.date ?? today.date, to: today.date })
                  }
                />
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

type Day = AnalyticsDay; // of the last thirty there are always all

function ProfitToday({
  today,
  yesterday,
  weekBefore,
  zone,
}: Record<'today' | 'yesterday' | 'weekBefore', Day> & { zone: string }) {
  return (
    <section class="card figures" aria-labelledby="profit">
      <h2 id="profit">{t('profitToday', { date: businessDay(today.date) })}</h2>
      <p class="figure" aria-live="polite">
        <a class="behind" href={`/accounts/all/?day=${today.date}`}>
          <Money cents={today.profitCents} />
        </a>
      </p>
      <dl class="facts">
        <div>
          <dt>{t('toYesterday')}</dt>
          <dd>
            <Money cents={today.profitCents - yesterday.profitCents} movement />
          </dd>
        </div>
        <div>
          <dt>{t('toWeekBefore')}</dt>
          <dd>
            <Money cents={today.profitCents - weekBefore.profitCents} movement />
          </dd>
        </div>
      </dl>
      <p class="soft small">
        {t('formula')} {t('zone', { zone })}
      </p>
    </section>
  );
}

start(<Analytics />);
