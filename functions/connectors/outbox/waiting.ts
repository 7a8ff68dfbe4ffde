import { safeInteger } from '#platform/columns';
import type { Database } from '#platform/database';
import { Gauge, type Measure } from '#platform/metrics';

const labelNames = ['service'];
const oldest = new Gauge({
  name: 'ates_outbox_oldest_seconds',
  help: 'Age of the oldest pending row; 0: none waits.',
  labelNames,
});
const parked = new Gauge({
  name: 'ates_outbox_parked',
  help: 'Rows that can never be sent, counted up to 1,000.',
  labelNames,
});

/**
 * What waits in the outboxes. Looked at when it is asked for, so also while the broker is away. The oldest row is looked
 * for at both ends of the index: the next that is due, and those that no queue has taken and that wait for their next try.
 */
export const waitingRows = (outboxes: readonly { service: string; database: Database }[]): Measure => ({
  gauges: [oldest, parked],
  async measure() {
    await Promise.all(
      outboxes.map(({ service, database }) =>
        database
          .read(async (db) => {
            const [[row]] = (await db.connection.query(
              `SELECT
               (SELECT TIMESTAMPDIFF(SECOND, min(created_at), UTC_TIMESTAMP(3)) FROM (
                 (SELECT created_at FROM outbox WHERE state = 'pending' ORDER BY try_after, seq LIMIT 1)
                 UNION ALL
                 (SELECT created_at FROM outbox WHERE state = 'pending' AND try_after > UTC_TIMESTAMP(3)
                  ORDER BY try_after, seq LIMIT 1000)
               ) AS ends) AS seconds,
               (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 'parked' LIMIT 1000) AS few) AS parked`,
            )) as [[{ seconds: number | null; parked: number }], unknown];
            oldest.set({ service }, Math.max(0, safeInteger(row.seconds ?? 0)));
            parked.set({ service }, safeInteger(row.parked));
          })
          .catch(() => {
            for (const gauge of [oldest, parked]) gauge.remove({ service }); // its database is away; the others are not
          }),
      ),
    );
  },
});
