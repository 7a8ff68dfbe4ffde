import { System } from '../local/system.ts';

/** Starts a private database and broker for the integration tests; a test file makes what it needs in them. */
export default async function setup(): Promise<() => Promise<void>> {
  const engines = new System({ dataDir: '.ates/test-engines', fresh: true });
  await engines.startEngines();
  process.env.ATES_TEST_DATABASE_SERVER = engines.databaseServer.href;
  process.env.ATES_TEST_BROKER_SERVER = engines.brokerServer.href;
  return () => engines.stop();
}
