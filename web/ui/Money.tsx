import { dateTime, money } from './formats.ts';

/** An amount; a movement shows its sign, and colour only underlines it. */
export function Money({ cents, movement = false }: { cents: number; movement?: boolean }) {
  const tone = cents < 0 ? ' loss' : movement && cents > 0 ? ' gain' : '';
  return <span class={`money${tone}`}>{money(cents, movement)}</span>;
}

/** An instant in the company's zone; the reader's own time stands in the tooltip. */
export function Time({ at, zone }: { at: string; zone?: string | undefined }) {
  return (
    <time dateTime={at} title={dateTime(at)}>
      {dateTime(at, zone)}
    </time>
  );
}
