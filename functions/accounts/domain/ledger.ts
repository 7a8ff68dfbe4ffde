/** The pure rules of the ledger. Amounts are signed whole cents in safe integers. */

export interface Account {
  readonly userId: string;
  readonly seq: number;
  readonly balanceCents: number;
}

export interface Movement {
  readonly userId: string;
  readonly sumCents: number;
}

/** A movement in its place: the next position in its worker's ledger, and the balance after it. */
export type Posting<M extends Movement> = M & Account;

/** Posts movements in the order given; each account's positions and running balance go on without a gap. */
export function post<M extends Movement>(accounts: readonly Account[], movements: readonly M[]): Posting<M>[] {
  const heads = new Map(accounts.map((account) => [account.userId, account]));
  return movements.map((movement) => {
    const head = heads.get(movement.userId);
    if (!head) throw new RangeError('a movement of an account that was not loaded');
    const balanceCents = head.balanceCents + movement.sumCents;
    if (!Number.isSafeInteger(balanceCents)) throw new RangeError('a balance beyond what can be counted exactly');
    const next = { userId: head.userId, seq: head.seq + 1, balanceCents };
    heads.set(head.userId, next);
    return { ...movement, ...next };
  });
}

/** The accounts after postings: the last of each. */
export function headsAfter(postings: readonly Account[]): Account[] {
  const heads = new Map(postings.map(({ userId, seq, balanceCents }) => [userId, { userId, seq, balanceCents }]));
  return [...heads.values()];
}

/** What postings add to the counter-accounts, by key; the sums mirror the workers' side. */
export function totalsBy<P extends Movement>(postings: readonly P[], keyOf: (posting: P) => string) {
  const totals = new Map<string, { sumCents: number; rows: number }>();
  for (const posting of postings) {
    const key = keyOf(posting);
    const { sumCents, rows } = totals.get(key) ?? { sumCents: 0, rows: 0 };
    totals.set(key, { sumCents: sumCents + posting.sumCents, rows: rows + 1 });
  }
  return totals;
}
