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

/**
 * One that is stored, or came before in the same batch, has no second effect; the same name with another worker, amount
 * or day is no repeat but a contradiction.
 */
export function sortOut<F extends Fact>(heard: readonly F[], stored: readonly Fact[]) {
  const known = new Map(stored.map((fact) => [nameOf(fact), fact]));
  const fresh: F[] = [];
  const contradictions: F[] = [];
  for (const fact of heard) {
    const same = known.get(nameOf(fact));
    if (!same) {
      fresh.push(fact);
      known.set(nameOf(fact), fact);
    } else if (!saysTheSame(same, fact)) contradictions.push(fact);
  }
  return { fresh, contradictions };
}

const nameOf = ({ kind, taskId, version, payoutId }: Fact) => payoutId ?? `${kind} ${taskId} ${version}`;

const saysTheSame = (one: Fact, other: Fact): boolean =>
  one.userId === other.userId && one.sumCents === other.sumCents && one.businessDate === other.businessDate;
