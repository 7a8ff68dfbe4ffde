import type { MailStatus as State } from '#contracts/rest/mailer';
import { Status, type Tone } from '../ui/Status.tsx';
import { t } from './texts.ts';

export const STATES: readonly State[] = ['pending', 'sent', 'failed'];

const TONES: Readonly<Record<State, Tone>> = { pending: 'busy', sent: 'good', failed: 'bad' };

export const MailStatus = ({ status }: { status: State }) => (
  <Status tone={TONES[status]}>{t(`status_${status}`)}</Status>
);
