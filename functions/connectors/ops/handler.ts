import { brokerUrl } from '#platform/broker';
import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/ops.json' with { type: 'json' };
import { dropDeadLetter, getDeadLetter, listDeadLetters, replayDeadLetter } from './dead-letter-routes.ts';
import { measureSystem, systemGauges } from './parts.ts';
import { getStatus, readyz } from './status-routes.ts';

/**
 * Dead letters and the health of every part, for whoever runs the system. Served like a function, and yet a connector:
 * it knows the broker. It is ready when it has its settings, broker or not, for it is needed most when others are away.
 */
export default defineFunction({
  name: 'ops',
  database: false,
  measures: { gauges: systemGauges, measure: ({ config }) => measureSystem(config) },
  ready: async (config) => void brokerUrl(config, 'ops'),
  http: [
    listDeadLetters,
    getDeadLetter,
    replayDeadLetter,
    dropDeadLetter,
    getStatus,
    readyz,
    documentRoute('ops', openapi),
  ],
});
