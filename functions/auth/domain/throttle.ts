/** What was tried before, within the window, in one respect: this e-mail from this address, this e-mail, this address. */
export interface Tries {
  /** Failures: the password was checked and was wrong. */
  readonly failed: number;
  /** Tries that came before this one and are still being checked: they may all fail. */
  readonly underWay: number;
  readonly lastFailureAt: Date | null;
}

export interface TriesSeen {
  readonly emailFromAddress: Tries;
  readonly email: Tries;
  readonly address: Tries;
}

export const WINDOW_SECONDS = 300;
const BLOCK_SECONDS = 60;
const LIMITS = { emailFromAddress: 10, email: 100, address: 100 } as const;

/**
 * How long a try must wait, in seconds; 0: it may be checked. Refused tries do not count, so a block ends 60 s after
 * the last failure that was checked; then one try is let through, and its failure begins the next block.
 */
export function waitSeconds(seen: TriesSeen, now: Date): number {
  const waits = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).map((respect) => {
    const { failed, underWay, lastFailureAt } = seen[respect];
    if (failed + underWay < LIMITS[respect]) return 0;
    const blockedMs = lastFailureAt ? lastFailureAt.getTime() + BLOCK_SECONDS * 1_000 - now.getTime() : 0;
    if (blockedMs > 0) return Math.ceil(blockedMs / 1_000);
    return underWay > 0 ? 1 : 0; // the one try that is let through is being checked: ask again in a moment
  });
  return Math.min(BLOCK_SECONDS, Math.max(...waits));
}

/** The same person's e-mail however it is typed: case and accents folded, and ß as ss, which its upper case is. */
export const foldedEmail = (email: string): string =>
  email.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase().trim();
