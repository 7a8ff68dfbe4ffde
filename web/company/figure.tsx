import type { TransactionKind } from '#contracts/rest/accounts';
import { Money } from '../ui/Money.tsx';

interface FigureProps {
  readonly cents: number;
  readonly date: string;
  readonly kind?: TransactionKind | '';
  readonly movement?: boolean;
}

/** A figure of a day that leads to the rows it is made of; behind nothing there are none. */
export function Figure({ cents, date, kind = '', movement = false }: FigureProps) {
  const money = <Money cents={cents} movement={movement} />;
  if (cents === 0) return money;
  return (
    <a class="behind" href={`/accounts/all/?${new URLSearchParams({ day: date, kind })}`}>
      {money}
    </a>
  );
}
