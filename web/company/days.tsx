import type { Summary } from '#contracts/rest/accounts';
import { Chart } from '../ui/Chart.tsx';
import { Csv } from '../ui/Csv.tsx';
import { DayFilter, Filters } from '../ui/Filters.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { Loaded, Table } from '../ui/List.tsx';
import { filteredPath, type Live, type Query, useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { showDay } from './day-panel.tsx';
import { DayStatus } from './day-status.tsx';
import { Figure } from './figure.tsx';
import { t } from './texts.ts';

export const SUMMARY = '/api/accounts/summary';
const FILTERS = ['from', 'to'];

/** A row a day, the newest first, of the last 30 days or of a range in the address. */
export function Days({ latest, query, change }: { latest: Live<Summary> } & Query) {
  const path = filteredPath(SUMMARY, query, FILTERS);
  const asked = useLive<Summary>(path === SUMMARY ? null : path);
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  return (
    <section class="card" aria-labelledby="days">
      <div class="head">
        <h2 id="days">{t('byDay')}</h2>
        <Csv path={path} fileName="ates-summary.csv" />
      </div>
      <Filters names={FILTERS} {...{ query, change }}>
        <DayFilter label={t('from')} name="from" max={to} {...{ query, change }} />
        <DayFilter label={t('to')} name="to" min={from} {...{ query, change }} />
      </Filters>
      <Loaded live={path === SUMMARY ? latest : asked}>
        {(summary) => <DayTable summary={summary} open={(day) => change({ day })} />}
      </Loaded>
    </section>
  );
}

function DayTable({ summary: { items, totals }, open }: { summary: Summary; open(day: string): void }) {
  return (
    <>
      <Chart
        label={t('profitByDay')}
        points={items.map(({ date, profitCents }) => ({
          name: businessDay(date),
          value: profitCents,
          text: money(profitCents),
        }))}
      />
      <Table wide texts={[t('day'), t('state')]} numbers={[t('fees'), t('rewards'), t('profit'), t('payouts')]}>
        <tr class="total">
          <th scope="row">{t('total')}</th>
          <td />
          <td class="number">
            <Money cents={totals.feesCents} />
          </td>
          <td class="number">
            <Money cents={totals.rewardsCents} />
          </td>
          <td class="number">
            <Money cents={totals.profitCents} />
          </td>
          <td class="number">
            <Money cents={totals.payoutsCents} /> <Count of={totals.payoutsCount} />
          </td>
        </tr>
        {items.toReversed().map(({ date, state, feesCents, rewardsCents, profitCents, payoutsCents, payoutsCount }) => (
          <tr key={date}>
            <th scope="row">
              <a
                href={`?day=${date}`}
                onClick={(event) => {
                  event.preventDefault();
                  open(date);
                  showDay();
                }}
              >
                {businessDay(date)}
              </a>
            </th>
            <td>
              <DayStatus state={state} />
            </td>
            <td class="number">
              <Figure cents={feesCents} date={date} kind="fee" />
            </td>
            <td class="number">
              <Figure cents={rewardsCents} date={date} kind="reward" />
            </td>
            <td class="number">
              <Figure cents={profitCents} date={date} />
            </td>
            <td class="number">
              <Figure cents={payoutsCents} date={date} kind="payout" /> <Count of={payoutsCount} />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

const Count = ({ of }: { of: number }) => (of > 0 ? <span class="soft">({of})</span> : null);
