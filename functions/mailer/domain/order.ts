/** What an event wants a letter about; kind, payout and reason name the letter. */
export interface LetterOrder {
  readonly eventId: string;
  readonly kind: 'payout' | 'payout-blocked';
  readonly payoutId: string;
  readonly userId: string;
  readonly amountCents: number;
  readonly businessDate: string;
  /** Empty where the kind has none. */
  readonly reason: string;
}

type Stored = Omit<LetterOrder, 'eventId'>;

/** What there is one letter for. */
export const keyOf = ({ payoutId, kind, reason }: Pick<Stored, 'payoutId' | 'kind' | 'reason'>): string =>
  `${payoutId} ${kind} ${reason}`;

/** The orders whose letter is there already and says something else: of the two, nobody can know which is right. */
export function contradictions<O extends LetterOrder>(orders: readonly O[], stored: readonly Stored[]): O[] {
  const letters = new Map(stored.map((letter) => [keyOf(letter), letter]));
  return orders.filter((order) => {
    const letter = letters.get(keyOf(order));
    if (!letter) throw new RangeError('an order has no letter');
    const { userId, amountCents, businessDate } = letter;
    return userId !== order.userId || amountCents !== order.amountCents || businessDate !== order.businessDate;
  });
}
