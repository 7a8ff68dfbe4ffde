import type { Transaction, TransactionWithOrigin } from '#contracts/rest/accounts';
import { hasRole } from '../ui/choices.ts';
import { businessDay } from '../ui/formats.ts';
import { useLive } from '../ui/live.ts';
import { t } from './texts.ts';

const NEVER_CHANGES_MS = 3_600_000;

/** Why a row of the ledger is there: the rule, its day, what it belongs to, and what support and operators ask for. */
export function Origin({ row: { id, kind, businessDate, payoutId } }: { row: Transaction }) {
  const origin = useLive<TransactionWithOrigin>(`/api/accounts/transactions/${id}`, NEVER_CHANGES_MS);
  const seesAll = hasRole('accountant', 'executive', 'admin'); // the own payouts are a list of their own, without days
  return (
    <div class="notice">
      <p>
        {t(`why_${kind}`)} {t('ofDay', { date: businessDay(businessDate) })}
      </p>
      {payoutId && <a href={seesAll ? `/billing/?day=${businessDate}` : '/billing/'}>{t('toPayout')}</a>}
      <p class="soft small codes">
        {t('traceOf', { traceId: origin.data?.traceId ?? (origin.error ? '—' : '…') })}
        {origin.data?.eventId && (
          <>
            <br />
            {t('eventOf', { eventId: origin.data.eventId })}
          </>
        )}
      </p>
    </div>
  );
}
