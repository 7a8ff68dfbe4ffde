import type { AnalyticsDays } from '#contracts/rest/analytics';
import { Chart } from '../ui/Chart.tsx';
import { businessDay, money } from '../ui/formats.ts';
import type { Query } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { t } from './texts.ts';

const DAYS = { day: 1, week: 7, month: 30 } as const;
type Name = keyof typeof DAYS;
const NAMES = Object.keys(DAYS) as Name[];

type Figures = AnalyticsDays['totals'];

/** Profit by day over the last day, week or month, against as many days before. */
export function Period({ known, query, change }: { known: AnalyticsDays } & Query) {
  const { items, before } = known;
  const asked = query.get('period');
  const period = NAMES.find((name) => name === asked) ?? 'month';
  const days = DAYS[period];
  const own = items.slice(-days);
  const totals = totalsOf(own);
  const earlier = days === items.length ? before.totals : totalsOf(items.slice(-2 * days, -days));
  const [first, last] = [own[0]?.date ?? '', own.at(-1)?.date ?? ''];
  const choose = (name: Name) => change({ period: name === 'month' ? '' : name });

  return (
    <section class="card" aria-labelledby="period">
      <div class="head">
        <h2 id="period">{t('profitOver')}</h2>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; these are buttons. */}
        <div
          class="choices no-print"
          role="group"
          aria-label={t('periods')}
          title={t('keys')}
          onKeyDown={({ code, altKey, ctrlKey, metaKey }) => {
            const name = NAMES.find((one) => code === `Key${one[0]?.toUpperCase()}`); // whatever the keyboard's language
            if (name && !altKey && !ctrlKey && !metaKey) choose(name);
          }}
        >
          {NAMES.map((name) => (
            <button
              key={name}
              type="button"
              class="button"
              aria-pressed={name === period}
              aria-keyshortcuts={name[0]}
              onClick={() => choose(name)}
            >
              {t(`days_${name}`)}
            </button>
          ))}
        </div>
      </div>
      <p class="soft">{first === last ? businessDay(first) : `${businessDay(first)} — ${businessDay(last)}`}</p>
      <Facts totals={totals} earlier={earlier} />
      <Chart
        key={period}
        bars
        label={t('profitByDay')}
        table={[t('day'), t('profit')]}
        // One day alone is no chart: the one before it stands beside it.
        points={items.slice(-Math.max(2, days)).map(({ date, profitCents }) => ({
          name: businessDay(date),
          value: profitCents,
          text: money(profitCents),
        }))}
      />
    </section>
  );
}

function Facts({ totals, earlier }: { totals: Figures; earlier: Figures }) {
  const facts = [
    ['fees', totals.feesCents],
    ['rewards', totals.rewardsCents],
    ['profit', totals.profitCents],
    ['before', earlier.profitCents],
    ['difference', totals.profitCents - earlier.profitCents],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, cents]) => (
        <div key={name}>
          <dt>{t(name)}</dt>
          <dd>
            <Money cents={cents} movement={name === 'difference'} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function totalsOf(days: AnalyticsDays['items']): Figures {
  const sum = (name: keyof Figures) => days.reduce((total, day) => total + day[name], 0);
  return { profitCents: sum('profitCents'), feesCents: sum('feesCents'), rewardsCents: sum('rewardsCents') };
}
