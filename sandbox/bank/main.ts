import { readConfig } from '#platform/config';
import { createLog } from '#platform/log';
import { startBank } from './server.ts';

/** The sandbox bank as a part of the system. It ends at once: what it has answered for is on the disk. */

const config = readConfig();
const log = createLog('bank', config.logLevel);
const bank = await startBank({
  folder: config.sandboxDir,
  host: process.env.HOST ?? '0.0.0.0',
  port: Number(process.env.PORT ?? 3000),
});
log.info('listening');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await bank.close();
    log.info('stopped');
    process.exit(0);
  });
}
