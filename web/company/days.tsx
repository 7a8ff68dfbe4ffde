import type { Summary } from '#contracts/rest/accounts';
import { Chart } from '../ui/Chart.tsx';
import { Csv } from '../ui/Csv.tsx';
import { Field } from '../ui/Field.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { Loaded, Table } from '../ui/List.tsx';
import { filteredPath, type Live, type Query, useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { t as common } from '../ui/texts.ts';
import { showDay } from './day-panel.tsx';
import { DayStatus } from './day-status.tsx';
import { Figure } from './figure.tsx';
import { t } from './texts.ts';

export const SUMMARY = '/api/accounts/summary';

/** A row a day, the newest first, of the last 30 days or of a range in the address. */
export function Days({ latest, query, change }: { latest: Live<Summary> } & Query) {
  const path = filteredPath(SUMMARY, query, ['from', 'to']);
  const asked = useLive<Summary>(path === SUMMARY ? null : path);
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
  const date = (name: 'from' | 'to', bounds: { min?: string; max?: string }) => (
    <Field label={t(name)}>
      {(control) => (
        <input
          {...control}
          {...bounds}
          type="date"
          value={query.get(name) ?? ''}
          onInput={(event) => change({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <section class="card" aria-labelledby="days">
      <div class="head">
        <h2 id="days">{t('byDay')}</h2>
        <Csv path={path} fileName="ates-summary.csv" />
      </div>
      <div class="row filters no-print">
        {date('from', { max: to })}
        {date('to', { min: from })}
        {path !== SUMMARY && (
          <button type="button" class="button quiet" onClick={() => change({ from: '', to: '' })}>
            {common('clearFilters')}
          </button>
        )}
      </div>
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
