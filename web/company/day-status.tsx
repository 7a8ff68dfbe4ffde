import type { DayState } from '#contracts/rest/accounts';
import { Status, type Tone } from '../ui/Status.tsx';
import { t } from './texts.ts';

const TONES: Readonly<Record<DayState, Tone>> = { open: 'idle', closing: 'busy', closed: 'good' };

export const DayStatus = ({ state }: { state: DayState }) => <Status tone={TONES[state]}>{t(`state_${state}`)}</Status>;
