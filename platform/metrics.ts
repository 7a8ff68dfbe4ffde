import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

/** The registry of this process, as Prometheus reads it at `/_/metrics`. Each metric is declared where it is counted. */
export { Counter, Gauge, Histogram };

/** Set by the build; without one, from sources. */
declare const ATES_VERSION: string;

const build = new Gauge({ name: 'ates_build_info', help: 'What runs here.', labelNames: ['version'] });
build.set({ version: typeof ATES_VERSION === 'string' ? ATES_VERSION : 'source' }, 1);

let collecting = false;

export async function metricsText(): Promise<string> {
  if (!collecting) collectDefaultMetrics();
  collecting = true;
  return register.metrics();
}
