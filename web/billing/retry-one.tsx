import { useEffect, useState } from 'preact/hooks';
import type { Payout } from '#contracts/rest/billing';
import { command, type Refused } from '../ui/client.ts';
import { money } from '../ui/formats.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

export interface RetryOneProps {
  readonly payout: Payout;
  readonly name: string;
  /** It is over, with what there is to tell of it. */
  done(told: string): void;
}

/** Tries one payout again, which somebody has pressed for already; says why where that is refused. */
export function RetryOne({ payout: { id, amountCents }, name, done }: RetryOneProps) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const run = () => {
    setRefused(null);
    command<Payout>('POST', `/api/billing/payouts/${id}/retry`).then(
      () => done(t('retried', { name, sum: money(amountCents) })),
      setRefused,
    );
  };
  useEffect(run, []);
  // Too late is too late: to try that again would lead to nothing.
  return refused && <ProblemNotice error={refused} {...(refused.status !== 409 && { retry: run })} />;
}
