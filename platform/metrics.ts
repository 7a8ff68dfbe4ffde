import { setTimeout as pause } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

/** The registry of this process, as Prometheus reads it at `/_/metrics`. Each metric is declared where it is counted. */
export { Counter, Gauge, Histogram };

/** Set by the build; without one, from sources. */
declare const ATES_VERSION: string;

const build = new Gauge({ name: 'ates_build_info', help: 'What runs here.', labelNames: ['version'] });
build.set({ version: typeof ATES_VERSION === 'string' ? ATES_VERSION : 'source' }, 1);

/** Figures that are asked for whenever somebody reads the metrics. */
export interface Measure {
  readonly gauges: readonly Gauge[];
  /** Sets them. Cheap: it runs with every scrape. */
  measure(): Promise<void>;
}

/** Whoever reads the metrics waits no longer for what is measured. */
const MEASURE_MS = 2_000;
const measures = new Set<Measure>();

/**
 * Measures with every reading, so that a figure is right in every replica, and also while what does the work stands
 * still. Where it cannot be measured there is no figure: one of before must not look like one of now.
 * @returns ends it.
 */
export function whenRead(measure: Measure): () => Promise<void> {
  measures.add(measure);
  return async () => {
    if (measures.delete(measure)) await forget(measure);
  };
}

/** Each value by itself: `reset` would leave a 0 where there are no labels. */
async function forget({ gauges }: Measure): Promise<void> {
  for (const gauge of gauges) for (const { labels } of (await gauge.get()).values) gauge.remove(labels);
}

let collecting = false;

export async function metricsText(): Promise<string> {
  if (!collecting) collectDefaultMetrics();
  collecting = true;
  await Promise.all([...measures].map((measure) => inTime(measure).catch(() => forget(measure))));
  return register.metrics();
}

/** Rejects when it takes too long; one that was in time has no timer left that would forget its figures later. */
async function inTime(measure: Measure): Promise<void> {
  const measured = new AbortController();
  const late = pause(MEASURE_MS, null, { ref: false, signal: measured.signal }).then(() => {
    throw new Error('too slow');
  });
  await Promise.race([measure.measure(), late]).finally(() => measured.abort());
}
