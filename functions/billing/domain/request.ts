/** What Accounts has asked for when it closed a day. */
export interface PayoutRequest {
  readonly id: string;
  readonly userId: string;
  readonly amountCents: number;
  readonly businessDate: string;
}

/**
 * Whether a request says something else than what is stored under its id. None stored means that the person's day has
 * a payout with another id: after its database was restored, Accounts may ask for a day anew, and a day is paid once.
 */
export function contradicts(request: PayoutRequest, stored: PayoutRequest | undefined): boolean {
  return (
    stored?.userId !== request.userId ||
    stored.amountCents !== request.amountCents ||
    stored.businessDate !== request.businessDate
  );
}
