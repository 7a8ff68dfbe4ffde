import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { startCatcher } from './catcher.ts';

/** The part `mail`: a mail server for demonstrations and tests, with a web inbox; no letter leaves it. */

const config = readConfig();
const log = createLog('mail', config.logLevel);
const catcher = await startCatcher({
  folder: config.sandboxDir,
  host: process.env.HOST ?? '0.0.0.0',
  smtpPort: config.smtpPort,
  httpPort: Number(process.env.PORT ?? 3000),
});
log.info({ smtpPort: catcher.smtpPort, httpPort: catcher.httpPort }, 'listening');

const stopped = new Promise((resolve) => {
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
});
await stopped;
await catcher.close();
log.info('stopped');
process.exit(0);
