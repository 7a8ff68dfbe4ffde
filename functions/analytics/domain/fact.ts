/** What happened once and moved a worker's balance, as its event told it. */
export interface Fact {
  readonly kind: 'fee' | 'reward' | 'payout';
  readonly userId: string;
  /** Signed: a fee and a payout are below zero. */
  readonly sumCents: number;
  /** The business day that it belongs to, however late it is heard of. */
  readonly businessDate: string;
  /** A fee and a reward are named by their task and its version, a payout by its own id. */
  readonly taskId: string | null;
  readonly version: number | null;
  readonly payoutId: string | null;
}

/** What names a fact, and what it says. */
export type KnownFact = Omit<Fact, 'businessDate'>;

/**
 * One that is stored, or came before in the same batch, has no second effect; the same name with another worker or
 * amount is no repeat but a contradiction.
 */
export function sortOut<F extends Fact>(heard: readonly F[], stored: readonly KnownFact[]) {
  const known = new Map(stored.map((fact) => [nameOf(fact), fact]));
  const fresh: F[] = [];
  const contradictions: F[] = [];
  for (const fact of heard) {
    const same = known.get(nameOf(fact));
    if (!same) {
      fresh.push(fact);
      known.set(nameOf(fact), fact);
    } else if (same.userId !== fact.userId || same.sumCents !== fact.sumCents) contradictions.push(fact);
  }
  return { fresh, contradictions };
}

const nameOf = ({ kind, taskId, version, payoutId }: KnownFact) => payoutId ?? `${kind} ${taskId} ${version}`;
