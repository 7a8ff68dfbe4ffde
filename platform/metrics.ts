import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

/** The registry of this process, as Prometheus reads it at `/_/metrics`. Each metric is declared where it is counted. */
export { Counter, Gauge, Histogram };

let collecting = false;

export async function metricsText(): Promise<string> {
  if (!collecting) collectDefaultMetrics();
  collecting = true;
  return register.metrics();
}
