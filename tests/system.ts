import { serveControl } from '../local/control.ts';
import { System } from '../local/system.ts';

/** Starts the whole system, empty and without a request limit, for the tests that use it as its users do. */
export default async function setup(): Promise<() => Promise<void>> {
  const { ATES_PORT: _port, ...env } = process.env;
  const system = new System({ dataDir: '.ates/test-system', fresh: true, env: { ...env, ATES_RATE_LIMIT: '0' } });
  const run = await system.start();
  const control = await serveControl(system);
  process.env.ATES_TEST_URL = run.url;
  process.env.ATES_TEST_DATA = system.dataDir;
  return async () => {
    control.close();
    await system.stop();
  };
}
