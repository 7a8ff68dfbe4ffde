/** One line of what Prometheus reads: `name{label="value"} 1`. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type Fits = (labels: Sample['labels']) => boolean;

/** What a part tells at `/_/metrics`; the texts of its instances, one after the other, are those of the part. */
export interface Metrics {
  /** The sum over all samples of that name whose labels `fits`; null where there is none. */
  sum(name: string, fits?: Fits): number | null;
  /** The greatest of them: of what several tell alike. */
  max(name: string, fits?: Fits): number | null;
  min(name: string, fits?: Fits): number | null;
  /** A label of the first sample of that name. */
  label(name: string, label: string): string | null;
  /** The values of a label over all samples of that name. */
  labels(name: string, label: string): string[];
  /** Estimated from a histogram's buckets, between the bounds of the one it falls into; null where nothing was counted. */
  quantile(name: string, share: number): number | null;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format, version 0.0.4, as far as prom-client writes it; lines of another form are passed over. */
export function readMetrics(text: string): Metrics {
  const samples = text.split('\n').flatMap((line) => sampleOf(line));
  const named = (name: string) => samples.filter((sample) => sample.name === name);
  const over =
    (join: (a: number, b: number) => number) =>
    (name: string, fits: Fits = () => true) => {
      const found = named(name).filter(({ labels }) => fits(labels));
      return found.length === 0 ? null : found.map(({ value }) => value).reduce(join);
    };
  return {
    sum: over((a, b) => a + b),
    max: over((a, b) => Math.max(a, b)),
    min: over((a, b) => Math.min(a, b)),
    label: (name, label) => named(name)[0]?.labels[label] ?? null,
    labels: (name, label) => [...new Set(named(name).flatMap(({ labels }) => labels[label] ?? []))],
    quantile: (name, share) => quantileOf(named(`${name}_bucket`), share),
  };
}

function sampleOf(line: string): Sample[] {
  const [, name, pairs = '', number = ''] = SAMPLE.exec(line) ?? [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === undefined || number === '' || Number.isNaN(value)) return [];
  const plain = (text: string) => text.replaceAll(/\\(.)/g, (_, after: string) => (after === 'n' ? '\n' : after));
  const labels = [...pairs.matchAll(LABEL)].map(([, label = '', text = '']) => [label, plain(text)]);
  return [{ name, labels: Object.fromEntries(labels), value }];
}

function quantileOf(buckets: readonly Sample[], share: number): number | null {
  const upTo = new Map<number, number>();
  for (const { labels, value } of buckets) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    upTo.set(bound, (upTo.get(bound) ?? 0) + value);
  }
  const bounds = [...upTo].sort(([a], [b]) => a - b);
  const [, all = 0] = bounds.at(-1) ?? [];
  if (all === 0) return null;
  let below = 0;
  let from = 0;
  for (const [bound, count] of bounds) {
    if (count >= share * all) {
      // Beyond the last bound nothing is known but that it is more.
      return bound === Number.POSITIVE_INFINITY
        ? from
        : from + ((share * all - below) / (count - below)) * (bound - from);
    }
    [below, from] = [count, bound];
  }
  return from;
}
