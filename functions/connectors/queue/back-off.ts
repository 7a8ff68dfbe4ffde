/** An event has five tries: four pauses between them, 35 s in all, so that it is parked well within 75 s. */
export const RETRY_PAUSES_MS: readonly number[] = [1_000, 4_000, 10_000, 20_000];

const AWAY_LONGEST_MS = 5_000;
const FAILING_LONGEST_MS = 30_000;

/** The pause before the next try of an event that has had `tries`; null: it is given up. */
export const pauseBeforeRetry = (tries: number, pauses: readonly number[] = RETRY_PAUSES_MS): number | null =>
  pauses[tries - 1] ?? null;

/** How long a function that is away is left alone before it is asked again; with jitter, so that not all ask at once. */
export function awayPauseMs(probes: number, failing: boolean, random: number): number {
  const longest = failing ? FAILING_LONGEST_MS : AWAY_LONGEST_MS;
  return Math.min(longest, 250 * 2 ** Math.min(probes, 10)) * (0.5 + random / 2);
}
