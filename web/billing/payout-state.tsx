import type { Payout, PayoutState } from '#contracts/rest/billing';
import { dateTime } from '../ui/formats.ts';
import { Status, type Tone } from '../ui/Status.tsx';
import { t } from './texts.ts';

/** In the order in which they need somebody. */
export const STATES: readonly PayoutState[] = ['blocked', 'failed', 'unknown', 'pending', 'sending', 'paid'];

const TONES: Readonly<Record<PayoutState, Tone>> = {
  ...{ pending: 'idle', sending: 'busy', paid: 'good', blocked: 'bad', failed: 'bad', unknown: 'busy' },
};

export const StateName = ({ state }: { state: PayoutState }) => (
  <Status tone={TONES[state]}>{t(`state_${state}`)}</Status>
);

/** The state of a payout, and in words what it waits for. */
export function PayoutStatus({ payout: { state, reason, cardLast4, paidAt } }: { payout: Payout }) {
  const why = t(`why_${reason ?? (state as Exclude<PayoutState, 'blocked' | 'failed'>)}`, {
    last4: cardLast4 ?? '',
    at: paidAt ? dateTime(paidAt) : '',
  });
  return (
    <>
      <StateName state={state} /> <span class="soft small">{why}</span>
    </>
  );
}
