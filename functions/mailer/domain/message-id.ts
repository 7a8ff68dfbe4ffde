interface Identity {
  readonly payoutId: string;
  readonly kind: string;
  /** Empty where the kind has none. */
  readonly reason: string;
  /** 1 for the letter itself. */
  readonly copyNo: number;
}

/** The letter's name for mail servers: the same each time it is sent, so that a repeat is recognisable as one. */
export function messageIdOf({ payoutId, kind, reason, copyNo }: Identity, domain: string): string {
  const parts = [payoutId, kind, ...(reason ? [reason] : []), ...(copyNo > 1 ? [copyNo] : [])];
  return `<${parts.join('.')}@${domain}>`;
}
