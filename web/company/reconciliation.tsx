import type { ReconciliationCheck as Check, Reconciliation as Checked } from '#contracts/rest/accounts';
import { money } from '../ui/formats.ts';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Status } from '../ui/Status.tsx';
import { t } from './texts.ts';

/** Whether the books of all services say the same of a day. All of them are asked, so somebody has to want it. */
export function Reconciliation({ date }: { date: string }) {
  const checked = useLive<Checked>(`/api/accounts/reconciliation?day=${encodeURIComponent(date)}`, 10_000);
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
            <ul class="row">
              {checks.map((check) => (
                <CheckItem key={check.name} check={check} />
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  );
}

function CheckItem({ check: { name, ok, expected, actual, differences } }: { check: Check }) {
  const both = (id: string, ours: number | string | null, theirs: number | string | null) =>
    t('both', { expected: said(name, id, ours), actual: said(name, id, theirs) });
  return (
    <li>
      <strong>{t(`check_${name}`)}</strong> <Status tone={ok ? 'good' : 'bad'}>{t(ok ? 'agrees' : 'differs')}</Status>{' '}
      {name !== 'analytics' && <span class="soft">{ok ? said(name, '', actual) : both('', expected, actual)}</span>}
      {differences.length > 0 && (
        <details>
          <summary>{t('differences', { count: differences.length })}</summary>
          <ul>
            {differences.map((one) => (
              <li key={one.id}>
                <code>{one.id}</code> {both(one.id, one.expected, one.actual)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

/** Books hold cents, but for letters and for what Analytics counts or names; that one sums up to nothing sensible. */
function said(name: Check['name'], id: string, value: number | string | null): string {
  if (value === null) return '—';
  const isMoney = name !== 'letters' && (name !== 'analytics' || id.endsWith('Cents'));
  return typeof value === 'number' && isMoney ? money(value) : String(value);
}
