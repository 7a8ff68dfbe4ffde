import type { Summary } from '#contracts/rest/accounts';
import { businessDay } from '../ui/formats.ts';
import { Loaded } from '../ui/List.tsx';
import { useLive, useQuery } from '../ui/live.ts';
import { LiveMark } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { DayPanel } from './day-panel.tsx';
import { Days, SUMMARY } from './days.tsx';
import { Figure } from './figure.tsx';
import { t } from './texts.ts';

/** What the company earns, day by day, and the closing of a day; from each figure to its rows. */
function Company() {
  const [query, change] = useQuery();
  const latest = useLive<Summary>(SUMMARY);
  return (
    <>
      <LiveMark live={latest} />
      <Loaded live={latest}>
        {(summary) => {
          const today = summary.items.at(-1) as Summary['items'][number]; // a range has at least one day
          const date = query.get('day') ?? today.date;
          return (
            <>
              <Today figures={today} />
              <DayPanel key={date} {...{ date, query, change }} today={today.date} />
              <Days {...{ latest, query, change }} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Today({ figures }: { figures: Summary['items'][number] }) {
  const { date, feesCents, rewardsCents, profitCents } = figures;
  return (
    <section class="card figures" aria-labelledby="today">
      <div>
        <h2 id="today">{t('profitToday', { date: businessDay(date) })}</h2>
        <p class="figure" aria-live="polite">
          <Figure cents={profitCents} date={date} />
        </p>
      </div>
      <dl class="facts">
        <div>
          <dt>{t('fees')}</dt>
          <dd>
            <Figure cents={feesCents} date={date} kind="fee" movement />
          </dd>
        </div>
        <div>
          <dt>{t('rewards')}</dt>
          <dd>
            <Figure cents={-rewardsCents} date={date} kind="reward" movement />
          </dd>
        </div>
      </dl>
      <p class="soft small">{t('formula')}</p>
    </section>
  );
}

start(<Company />);
