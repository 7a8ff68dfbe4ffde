const LONGEST_SECONDS = 60;

/** How long a row that no queue takes waits before it is tried again: 1, 2, 4 … 60 s. */
export const secondsUntilNextTry = (attempts: number): number => Math.min(LONGEST_SECONDS, 2 ** Math.min(attempts, 10));
