import type { TestProject } from 'vitest/node';
import { serveControl } from '../local/control.ts';
import { fillDemo } from '../local/demo.ts';
import { System } from '../local/system.ts';

/**
 * Starts the whole system, without a request limit, for the tests that use it as its users do: empty, or with the
 * demonstration's company for those that look at its pages.
 */
export default async function setup({ name }: TestProject): Promise<() => Promise<void>> {
  const { ATES_PORT: _port, ...env } = process.env;
  const system = new System({ dataDir: '.ates/test-system', fresh: true, env: { ...env, ATES_RATE_LIMIT: '0' } });
  const run = await system.start();
  if (name === 'pages') await fillDemo(system, run, console.log);
  const control = await serveControl(system);
  process.env.ATES_TEST_URL = run.url;
  process.env.ATES_TEST_DATA = system.dataDir;
  return async () => {
    control.close();
    await system.stop();
  };
}
