import type { TransactionKind } from '#contracts/rest/accounts';
import { Money } from '../ui/Money.tsx';

/** A figure of a day that leads to the rows it is made of; behind nothing there are none. */
export function Figure({ cents, date, kind = '' }: { cents: number; date: string; kind?: TransactionKind | '' }) {
  const money = <Money cents={cents} />;
  return cents === 0 ? money : <a href={`/accounts/all/?${new URLSearchParams({ day: date, kind })}`}>{money}</a>;
}
