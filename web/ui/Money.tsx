import { money, readersTime, shortTime } from './formats.ts';

/** An amount; a movement shows its sign, and colour only underlines it. */
export function Money({ cents, movement = false }: { cents: number; movement?: boolean }) {
  const tone = cents < 0 ? ' loss' : movement && cents > 0 ? ' gain' : '';
  return <span class={`money${tone}`}>{money(cents, movement)}</span>;
}

/**
 * An instant in the company's zone, today only its time; the reader's own date and time stand in the tooltip. On paper
 * "today" means nothing: the style adds the date there.
 */
export function Time({ at }: { at: string }) {
  const { day, time, isToday } = shortTime(at);
  return (
    <time dateTime={at} title={readersTime(at)}>
      <span class={isToday ? 'on-paper' : undefined}>{day}, </span>
      {time}
    </time>
  );
}
