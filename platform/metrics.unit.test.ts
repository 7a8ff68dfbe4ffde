import { expect, it } from 'vitest';
import { Gauge, metricsText, whenRead } from './metrics.ts';

const gauge = new Gauge({ name: 'test_measured', help: 'x' });
const figure = async () => /^test_measured (.*)$/m.exec(await metricsText())?.[1] ?? null;

it('what is measured is measured with every reading, until it ends', async () => {
  let value = 1;
  const end = whenRead({ gauges: [gauge], measure: async () => gauge.set(value) });
  expect(await figure()).toBe('1');
  value = 2;
  expect(await figure()).toBe('2');
  await end();
  expect(await figure()).toBeNull();
});

it('where it cannot be measured, or takes too long, there is no figure, least of all that of before', async () => {
  let measure = async () => gauge.set(1);
  const end = whenRead({ gauges: [gauge], measure: () => measure() });
  expect(await figure()).toBe('1');
  measure = () => Promise.reject(new Error('the database is away'));
  expect(await figure()).toBeNull();
  measure = async () => gauge.set(3);
  expect(await figure()).toBe('3');
  measure = () => new Promise(() => undefined);
  expect(await figure()).toBeNull();
  await end();
}, 10_000);

it('one reading leaves nothing behind that takes a figure away from the next', async () => {
  const hanging = new Gauge({ name: 'test_hanging', help: 'x' });
  const end = whenRead({ gauges: [gauge], measure: async () => gauge.set(1) });
  expect(await figure()).toBe('1');
  const endHanging = whenRead({ gauges: [hanging], measure: () => new Promise(() => undefined) });
  expect(await figure(), 'read for longer than a measure of the reading before could have taken').toBe('1');
  await endHanging();
  await end();
}, 10_000);
