import { DEFAULT_DEMO_PASSWORD } from '#platform/config';

/** Whoever opens the entry to others must not leave the demo's well-known password on it. */
export function refuseOpenDemo(env: Readonly<Record<string, string | undefined>>): void {
  const open = env.ATES_BIND && env.ATES_BIND !== '127.0.0.1';
  if (!open || env.ATES_DEMO === 'off') return;
  if (env.ATES_DEMO_PASSWORD && env.ATES_DEMO_PASSWORD !== DEFAULT_DEMO_PASSWORD) return;
  throw new Error('ATES_BIND opens the system to others: set ATES_DEMO=off, or an ATES_DEMO_PASSWORD of your own.');
}
