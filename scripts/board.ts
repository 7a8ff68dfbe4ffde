/** The Grafana board, made of a short list of panels; `npm run generate` writes deploy/observe/grafana/ates.json. */

interface Panel {
  readonly title: string;
  /** What it shows and what to do about it; a tooltip on the board. */
  readonly help?: string;
  readonly unit: 'short' | 's' | 'reqps' | 'percentunit' | 'bytes' | 'ops';
  /** PromQL and the legend of its lines. */
  readonly lines: readonly (readonly [expression: string, legend: string])[];
  /** A number instead of lines. */
  readonly stat?: true;
}

const RATE = '[$__rate_interval]';

const ROWS: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'At a glance',
    panels: [
      {
        title: 'Parts not ready',
        unit: 'short',
        stat: true,
        lines: [['count(ates_part_ready == 0) or vector(0)', '']],
      },
      { title: 'Oldest unsent event', unit: 's', stat: true, lines: [['max(ates_outbox_oldest_seconds)', '']] },
      {
        title: 'Events waiting',
        unit: 'short',
        stat: true,
        lines: [['sum(max by (function) (ates_queue_depth))', '']],
      },
      { title: 'Dead letters', unit: 'short', stat: true, lines: [['sum(max by (function) (ates_dead_letters))', '']] },
      { title: 'Day overdue', unit: 's', stat: true, lines: [['max(ates_day_overdue_seconds)', '']] },
      {
        title: 'Payouts unknown or failed',
        unit: 'short',
        stat: true,
        lines: [['sum(max by (state) (ates_payouts_unsettled{state=~"unknown|failed"}))', '']],
      },
      { title: 'Oldest unsent letter', unit: 's', stat: true, lines: [['max(ates_letters_oldest_seconds)', '']] },
      {
        title: 'Alarms in an hour',
        unit: 'short',
        stat: true,
        lines: [['sum(increase(ates_alarms_total[1h])) or vector(0)', '']],
      },
    ],
  },
  {
    title: 'Functions: rate, errors, duration',
    panels: [
      {
        title: 'Requests',
        unit: 'reqps',
        lines: [[`sum by (part) (rate(ates_request_seconds_count${RATE}))`, '{{part}}']],
      },
      {
        title: 'Share that fails (5xx)',
        unit: 'percentunit',
        lines: [
          [
            `sum by (part) (rate(ates_request_seconds_count{status=~"5.."}${RATE})) / sum by (part) (rate(ates_request_seconds_count${RATE}))`,
            '{{part}}',
          ],
        ],
      },
      {
        title: 'Duration, p95',
        unit: 's',
        lines: [[`histogram_quantile(0.95, sum by (part, le) (rate(ates_request_seconds_bucket${RATE})))`, '{{part}}']],
      },
      {
        title: 'Requests under way',
        help: 'An instance refuses what comes beyond 100 at once with 429.',
        unit: 'short',
        lines: [['sum by (part) (ates_requests_in_flight)', '{{part}}']],
      },
      {
        title: 'Alarms',
        unit: 'short',
        lines: [['sum by (part, alarm) (increase(ates_alarms_total[5m]))', '{{part}}: {{alarm}}']],
      },
    ],
  },
  {
    title: 'Events, from the outbox to the function',
    panels: [
      {
        title: 'Sent',
        unit: 'ops',
        lines: [[`sum by (service) (rate(ates_outbox_sent_total${RATE}))`, '{{service}}']],
      },
      {
        title: 'Not sent, and parked rows',
        unit: 'short',
        lines: [
          ['sum by (service, outcome) (increase(ates_outbox_unsent_total[5m]))', '{{service}} {{outcome}}'],
          ['max by (service) (ates_outbox_parked)', '{{service}} parked'],
        ],
      },
      { title: 'Oldest unsent', unit: 's', lines: [['max by (service) (ates_outbox_oldest_seconds)', '{{service}}']] },
      {
        title: 'Waiting at the broker',
        unit: 'short',
        lines: [['max by (function) (ates_queue_depth)', '{{function}}']],
      },
      {
        title: 'Handled',
        unit: 'ops',
        lines: [[`sum by (function) (rate(ates_queue_handled_total${RATE}))`, '{{function}}']],
      },
      {
        title: 'How far behind',
        help: 'How long ago the oldest event that is held occurred: more comes than is done when it grows.',
        unit: 's',
        lines: [['max by (function) (ates_queue_lag_seconds)', '{{function}}']],
      },
      {
        title: 'Held, and calls in flight',
        unit: 'short',
        lines: [
          ['sum by (function) (ates_queue_held)', '{{function}} held'],
          ['sum by (function) (ates_queue_calls_in_flight)', '{{function}} calls'],
        ],
      },
      {
        title: 'Oldest held',
        unit: 's',
        lines: [['max by (function) (ates_queue_oldest_held_seconds)', '{{function}}']],
      },
      {
        title: 'Events a call',
        help: 'Near 500 it works off a backlog; near 1 it keeps up.',
        unit: 'short',
        lines: [
          [
            `sum by (function) (rate(ates_queue_batch_events_sum${RATE})) / sum by (function) (rate(ates_queue_batch_events_count${RATE}))`,
            '{{function}}',
          ],
        ],
      },
      {
        title: 'Duration of a call, p95, and what came of it',
        unit: 's',
        lines: [
          [
            `histogram_quantile(0.95, sum by (function, outcome, le) (rate(ates_queue_call_seconds_bucket${RATE})))`,
            '{{function}} {{outcome}}',
          ],
        ],
      },
      {
        title: 'Tried again, and parked',
        unit: 'short',
        lines: [
          ['sum by (function) (increase(ates_queue_retried_total[5m]))', '{{function}} tried again'],
          ['sum by (function) (increase(ates_queue_parked_total[5m]))', '{{function}} parked'],
          ['max by (function) (ates_queue_function_away)', '{{function}} away'],
        ],
      },
      {
        title: 'What functions said of their events',
        unit: 'ops',
        lines: [[`sum by (part, outcome) (rate(ates_events_total${RATE}))`, '{{part}} {{outcome}}']],
      },
    ],
  },
  {
    title: 'Days, money, letters',
    panels: [
      { title: 'Day past its end', unit: 's', lines: [['max(ates_day_overdue_seconds)', 'overdue']] },
      {
        title: 'Payouts not settled',
        unit: 'short',
        lines: [['max by (state) (ates_payouts_unsettled)', '{{state}}']],
      },
      {
        title: 'Oldest payout under way',
        unit: 's',
        lines: [['max by (state) (ates_payouts_oldest_seconds)', '{{state}}']],
      },
      {
        title: 'Calls of the bank',
        unit: 'ops',
        lines: [[`sum by (call, answer) (rate(ates_bank_calls_total${RATE}))`, '{{call}}: {{answer}}']],
      },
      {
        title: 'Letters',
        unit: 'ops',
        lines: [[`sum by (outcome) (rate(ates_letters_total${RATE}))`, '{{outcome}}']],
      },
      {
        title: 'Pokes of the timer',
        unit: 'ops',
        lines: [[`sum by (function, outcome) (rate(ates_timer_pokes_total${RATE}))`, '{{function}} {{outcome}}']],
      },
    ],
  },
  {
    title: 'Parts: what they need',
    panels: [
      { title: 'Ready', unit: 'short', lines: [['ates_part_ready', '{{part}}']] },
      {
        title: 'Replicas, by version',
        unit: 'short',
        lines: [['count by (part, version) (ates_build_info)', '{{part}} {{version}}']],
      },
      {
        title: 'Processor time',
        unit: 'percentunit',
        lines: [[`sum by (part) (rate(process_cpu_seconds_total{job=~"ates.*"}${RATE}))`, '{{part}}']],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        lines: [['max by (part) (process_resident_memory_bytes{job=~"ates.*"})', '{{part}}']],
      },
      {
        title: 'Spans that no collector got',
        unit: 'short',
        lines: [['sum by (part) (increase(ates_telemetry_dropped_total[5m]))', '{{part}}']],
      },
      {
        title: 'Event loop lag, p99',
        unit: 's',
        lines: [['max by (part) (nodejs_eventloop_lag_p99_seconds{job=~"ates.*"})', '{{part}}']],
      },
      {
        title: 'Database connections in use',
        unit: 'short',
        lines: [['sum by (part) (ates_database_connections_in_use)', '{{part}}']],
      },
    ],
  },
];

const COLUMNS = 24;

/** Every expression on the board. */
export const boardExpressions = (): string[] =>
  ROWS.flatMap(({ panels }) => panels.flatMap(({ lines }) => lines.map(([expression]) => expression)));

/** The board as Grafana imports it: a row of eight numbers, then three panels a row. */
export function boardOf(): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y += 1;
    const [w, h] = row.panels[0]?.stat ? [3, 4] : [8, 8];
    row.panels.forEach((panel, index) => {
      const perRow = COLUMNS / w;
      const gridPos = { x: (index % perRow) * w, y: y + Math.floor(index / perRow) * h, w, h };
      panels.push({ id: panels.length + 1, gridPos, ...panelOf(panel) });
    });
    y += Math.ceil(row.panels.length / (COLUMNS / w)) * h;
  }
  return {
    uid: 'ates',
    title: 'ATES',
    tags: ['ates'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    annotations: { list: [] },
    panels,
  };
}

function panelOf({ title, help, unit, lines, stat }: Panel): object {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
  const datasource = { type: 'prometheus', uid: '${source}' };
  return {
    type: stat ? 'stat' : 'timeseries',
    title,
    ...(help && { description: help }),
    datasource,
    targets: lines.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      ...(stat ? { instant: true } : { legendFormat }),
    })),
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: stat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none', graphMode: 'none' }
      : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}
