import type { Reconciliation as Checked } from '#contracts/rest/accounts';
import { Loaded, Table } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Status } from '../ui/Status.tsx';
import { t } from './texts.ts';

type Check = Checked['checks'][number];

/** Whether the books of all services say the same of a day. It asks all of them, so somebody has to want it. */
export function Reconciliation({ date, isAsked, ask }: { date: string; isAsked: boolean; ask(): void }) {
  const checked = useLive<Checked>(
    isAsked ? `/api/accounts/reconciliation?day=${encodeURIComponent(date)}` : null,
    10_000,
  );
  if (!isAsked) {
    return (
      <button type="button" class="button quiet" onClick={ask}>
        {t('reconcile')}
      </button>
    );
  }
  return (
    <section class="row" aria-labelledby="reconciliation">
      <h3 id="reconciliation">{t('reconciliation')}</h3>
      <Loaded live={checked}>
        {({ ok, settled, checks }) => (
          <>
            <p role="status">
              <Status tone={ok ? 'good' : settled ? 'bad' : 'busy'}>
                {t(ok ? 'allAgree' : settled ? 'notAllAgree' : 'unsettled')}
              </Status>
            </p>
            <Table wide texts={[t('check'), t('result')]} numbers={[t('expected'), t('actual')]}>
              {checks.map((check) => (
                <CheckRow key={check.name} check={check} />
              ))}
            </Table>
            {checks.map((check) => check.differences.length > 0 && <Differences key={check.name} check={check} />)}
          </>
        )}
      </Loaded>
    </section>
  );
}

const CheckRow = ({ check: { name, ok, expected, actual } }: { check: Check }) => (
  <tr>
    <th scope="row">{t(`check_${name}`)}</th>
    <td>
      <Status tone={ok ? 'good' : 'bad'}>{t(ok ? 'agrees' : 'differs')}</Status>
    </td>
    <td class="number">{expected}</td>
    <td class="number">{actual}</td>
  </tr>
);

const Differences = ({ check: { name, differences } }: { check: Check }) => (
  <details open>
    <summary>{t('differencesOf', { check: t(`check_${name}`), count: differences.length })}</summary>
    <Table wide texts={[t('id')]} numbers={[t('expected'), t('actual')]}>
      {differences.map(({ id, expected, actual }) => (
        <tr key={id}>
          <td>
            <code>{id}</code>
          </td>
          <td class="number">{expected ?? '—'}</td>
          <td class="number">{actual ?? '—'}</td>
        </tr>
      ))}
    </Table>
  </details>
);
