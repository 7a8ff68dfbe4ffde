import { expect, it } from 'vitest';
import { Counter, Gauge, Histogram, metricsText } from '#platform/metrics';
import { readMetrics } from './metrics-text.ts';

it('reads what our own parts write', async () => {
  const counter = new Counter({ name: 'test_total', help: 'A "count"\nof things.', labelNames: ['status', 'entry'] });
  counter.inc({ status: '200', entry: 'GET /a{b}' }, 3);
  counter.inc({ status: '503', entry: 'quote " back \\ line \n end' }, 2);
  new Gauge({ name: 'test_gauge', help: 'x' }).set(1.5e-7);
  const metrics = readMetrics(await metricsText());
  expect(metrics.sum('test_total')).toBe(5);
  expect(metrics.sum('test_total', ({ status }) => Number(status) >= 500)).toBe(2);
  expect(metrics.sum('test_total', ({ status }) => status === '404')).toBeNull();
  expect(metrics.labels('test_total', 'entry')).toEqual(['GET /a{b}', 'quote " back \\ line \n end']);
  expect(metrics.label('test_total', 'status')).toBe('200');
  expect(metrics.sum('test_gauge')).toBe(1.5e-7);
  expect(metrics.sum('process_start_time_seconds')).toBeGreaterThan(1e9);
});

it('reads the texts of several instances as one', () => {
  const one = (started: number, count: number, held: number) =>
    `started ${started}\ncount ${count}\nheld{function="a"} ${held}\nheld{function="b"} 9\n# a comment`;
  const both = readMetrics([one(200, 5, 1.5), one(100, 7, 0.5)].join('\n'));
  expect(both.sum('count')).toBe(12);
  expect(both.min('started')).toBe(100);
  expect(both.max('held', (labels) => labels.function === 'a')).toBe(1.5);
  expect(both.max('none')).toBeNull();
});

it('estimates a quantile over all labels, between the bounds of its bucket', async () => {
  const seconds = new Histogram({ name: 'test_seconds', help: 'x', labelNames: ['entry'], buckets: [0.1, 0.2, 1] });
  const read = async () => readMetrics(await metricsText());
  expect((await read()).quantile('test_seconds', 0.95)).toBeNull(); // nothing was counted yet
  for (let n = 0; n < 50; n += 1) seconds.observe({ entry: n % 2 ? 'a' : 'b' }, 0.05);
  for (let n = 0; n < 50; n += 1) seconds.observe({ entry: 'a' }, 0.15);
  expect((await read()).quantile('test_seconds', 0.5)).toBeCloseTo(0.1);
  expect((await read()).quantile('test_seconds', 0.75)).toBeCloseTo(0.15);
  seconds.observe({ entry: 'a' }, 500);
  expect((await read()).quantile('test_seconds', 1)).toBe(1); // more than the last bound is not known
});

it.each(['', '<html>It works!</html>', '# HELP a b\n', 'a NaN', '{} 1', 'a{b="c"} one'])(
  '%j tells nothing, and nothing is made up from it',
  (text) => {
    const metrics = readMetrics(text);
    expect(metrics.sum('a')).toBeNull();
    expect(metrics.quantile('a', 0.95)).toBeNull();
    expect(metrics.labels('a', 'b')).toEqual([]);
  },
);
