import type { Account } from '#contracts/rest/accounts';
import { businessDay } from '../ui/formats.ts';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Money } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { Statement } from './statement.tsx';
import { t } from './texts.ts';

function MyAccount() {
  const account = useLive<Account>('/api/accounts/me');
  return (
    <>
      <LiveMark live={account} />
      <Loaded live={account}>{(data) => <Balance account={data} />}</Loaded>
      <Statement base="/api/accounts/me/transactions" />
    </>
  );
}

function Balance({ account: { balanceCents, today } }: { account: Account }) {
  return (
    <section class="card figures" aria-label={t('balance')}>
      <div>
        <p class="soft">{t('balance')}</p>
        <p class="figure" aria-live="polite">
          <Money cents={balanceCents} />
        </p>
      </div>
      <div>
        <p class="soft small">
          {t('today', { date: businessDay(today.date) })} · {t('zone', { zone: today.timeZone })}
        </p>
        <dl class="facts">
          <div>
            <dt>{t('earnedToday')}</dt>
            <dd>
              <Money cents={today.rewardsCents} movement />
            </dd>
          </div>
          <div>
            <dt>{t('chargedToday')}</dt>
            <dd>
              <Money cents={-today.feesCents} movement />
            </dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

start(<MyAccount />);
