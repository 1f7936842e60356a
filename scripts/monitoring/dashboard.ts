/** The dashboard for Grafana, laid out from a short list of what is to be seen. */

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  /** As Grafana names units. */
  readonly unit: 'short' | 's' | 'bytes' | 'reqps' | 'percentunit';
  readonly queries: readonly Query[];
  readonly stack?: boolean;
}

/** Of the controllers that are chosen. */
const own = '{instance=~"$instance"}';
const span = '[$__rate_interval]';

const now = (metric: string, by: string): Query => ({
  expr: `sum by (${by}) (${metric}${own})`,
  legend: `{{${by}}}`,
});

const perSecond = (metric: string, by: string): Query => ({
  expr: `sum by (${by}) (rate(${metric}${own}${span}))`,
  legend: `{{${by}}}`,
});

const most = (metric: string, legend: string, by?: string): Query => ({
  expr: `max${by === undefined ? '' : ` by (${by})`} (${metric}${own})`,
  legend,
});

/** Quantiles of a histogram over all chosen controllers. */
const quantiles = (metric: string, ...which: readonly number[]): Query[] =>
  which.map((one) => ({
    expr: `histogram_quantile(${one}, sum by (le) (rate(${metric}_bucket${own}${span})))`,
    legend: `p${one * 100}`,
  }));

const quantileBy = (metric: string, by: string): Query => ({
  expr: `histogram_quantile(0.99, sum by (le, ${by}) (rate(${metric}_bucket${own}${span})))`,
  legend: `{{${by}}}`,
});

const rows: Readonly<Record<string, readonly Panel[]>> = {
  Calls: [
    {
      title: 'Calls in progress',
      unit: 'short',
      stack: true,
      queries: [now('answerback_calls_in_progress', 'entry')],
    },
    {
      title: 'Calls ended, by what was done',
      unit: 'reqps',
      stack: true,
      queries: [perSecond('answerback_calls_ended_total', 'outcome')],
    },
    {
      title: 'Call began → answered',
      unit: 's',
      queries: quantiles('answerback_call_answer_seconds', 0.5, 0.99),
    },
    {
      title: 'Answered → first sound',
      unit: 's',
      queries: quantiles('answerback_call_first_sound_seconds', 0.5, 0.99),
    },
    {
      title: 'Reference → its message plays',
      unit: 's',
      queries: quantiles('answerback_reference_playback_seconds', 0.5, 0.99),
    },
    {
      title: 'Hang-up → message in the store',
      unit: 's',
      queries: quantiles('answerback_hangup_stored_seconds', 0.5, 0.99),
    },
  ],
  Messages: [
    {
      title: 'Deposits, by result',
      unit: 'reqps',
      stack: true,
      queries: [perSecond('answerback_deposits_total', 'result')],
    },
    {
      title: 'Deposits, by kind',
      unit: 'reqps',
      stack: true,
      queries: [perSecond('answerback_deposits_total', 'kind')],
    },
    {
      title: 'Deposits refused: too many in a time',
      unit: 'reqps',
      stack: true,
      queries: [perSecond('answerback_deposits_limited_total', 'scope')],
    },
    {
      title: 'Deposit → notice sent',
      unit: 's',
      queries: quantiles('answerback_notice_seconds', 0.5, 0.99),
    },
    {
      title: 'Waiting on disk for the store',
      unit: 'short',
      queries: [
        now('answerback_spool_deposits', 'instance'),
        perSecond('answerback_spool_moved_total', 'instance'),
      ],
    },
    {
      title: 'Oldest on disk',
      unit: 's',
      queries: [most('answerback_spool_oldest_seconds', '{{instance}}', 'instance')],
    },
    {
      title: 'Room on the disk of the spool',
      unit: 'bytes',
      queries: [{ expr: `min by (instance) (answerback_spool_free_bytes${own})`, legend: '{{instance}}' }],
    },
  ],
  'Work that waits': [
    {
      title: 'Due now (up to 1,000)',
      unit: 'short',
      queries: [most('answerback_queue_due', '{{queue}}', 'queue')],
    },
    {
      title: 'Oldest that is due',
      unit: 's',
      queries: [most('answerback_queue_oldest_due_seconds', '{{queue}}', 'queue')],
    },
    { title: 'Dead letters', unit: 'short', queries: [most('answerback_dead_letters', 'given up')] },
    {
      title: 'Conversions',
      unit: 'short',
      queries: [
        { expr: `sum(answerback_conversions_running${own})`, legend: 'running' },
        { expr: `sum(answerback_conversions_waiting${own})`, legend: 'waiting' },
      ],
    },
    {
      title: 'A conversion takes (p99)',
      unit: 's',
      queries: [quantileBy('answerback_conversion_seconds', 'to')],
    },
    {
      title: 'Conversions that failed',
      unit: 'reqps',
      queries: [perSecond('answerback_conversion_errors_total', 'code')],
    },
  ],
  Networks: [
    {
      title: 'Texts and mails out, by answer',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (gateway, result) (rate(answerback_texts_sent_total${own}${span}))`,
          legend: '{{gateway}} {{result}}',
        },
      ],
    },
    {
      title: 'A network takes a text within (p99)',
      unit: 's',
      queries: [quantileBy('answerback_text_send_seconds', 'gateway')],
    },
    {
      title: 'Reports of texts',
      unit: 'reqps',
      queries: [perSecond('answerback_text_reports_total', 'status')],
    },
    {
      title: 'Texts and mails in',
      unit: 'reqps',
      queries: [
        perSecond('answerback_texts_received_total', 'network'),
        { ...perSecond('answerback_mails_received_total', 'result'), legend: 'mail {{result}}' },
      ],
    },
    {
      title: 'Mail recipients, by answer',
      unit: 'reqps',
      queries: [perSecond('answerback_mail_recipients_total', 'verdict')],
    },
    {
      title: 'SMPP binds',
      unit: 'short',
      queries: [
        { expr: `sum(answerback_smpp_binds${own})`, legend: 'configured' },
        { expr: `sum(answerback_smpp_binds_up${own})`, legend: 'up' },
      ],
    },
    {
      title: 'Other nodes: how long the oldest change waits',
      unit: 's',
      queries: [{ expr: `max by (node) (answerback_sync_lag_seconds${own})`, legend: '{{node}}' }],
    },
    {
      title: 'Other nodes: messages that wait',
      unit: 'short',
      queries: [{ expr: `max by (node) (answerback_sync_waiting${own})`, legend: '{{node}}' }],
    },
  ],
  'Store and switch': [
    {
      title: 'Parts that are up',
      unit: 'short',
      queries: [
        { expr: `min by (part, instance) (answerback_part_up${own})`, legend: '{{part}} {{instance}}' },
      ],
    },
    {
      title: 'An operation of the store takes',
      unit: 's',
      queries: quantiles('answerback_store_operation_seconds', 0.5, 0.99),
    },
    {
      title: 'Where the time of the store goes (seconds a second)',
      unit: 'short',
      queries: [
        {
          expr: `topk(8, sum by (operation) (rate(answerback_store_operation_seconds_sum${own}${span})))`,
          legend: '{{operation}}',
        },
      ],
    },
    {
      title: 'Errors of the store',
      unit: 'reqps',
      queries: [perSecond('answerback_store_errors_total', 'code')],
    },
    {
      title: 'A request to the switch takes (p99)',
      unit: 's',
      queries: [quantileBy('answerback_switch_request_seconds', 'resource')],
    },
    {
      title: 'Requests that the switch did not do, and new connections to it',
      unit: 'reqps',
      queries: [
        perSecond('answerback_switch_request_errors_total', 'reason'),
        {
          expr: `sum(rate(answerback_switch_reconnects_total${own}${span}))`,
          legend: 'reconnects',
        },
      ],
    },
  ],
  Process: [
    {
      title: 'Event loop lag (p99)',
      unit: 's',
      queries: [most('nodejs_eventloop_lag_p99_seconds', '{{instance}}', 'instance')],
    },
    {
      title: 'CPU',
      unit: 'percentunit',
      queries: [perSecond('process_cpu_seconds_total', 'instance')],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [
        { ...now('process_resident_memory_bytes', 'instance'), legend: 'resident {{instance}}' },
        { ...now('nodejs_heap_size_used_bytes', 'instance'), legend: 'heap {{instance}}' },
      ],
    },
    {
      title: 'Warnings and errors in the log',
      unit: 'reqps',
      queries: [perSecond('answerback_log_lines_total', 'level')],
    },
    {
      title: 'Calls taken in hand, by how they came',
      unit: 'reqps',
      queries: [perSecond('answerback_calls_started_total', 'entry')],
    },
    {
      title: 'Versions',
      unit: 'short',
      queries: [
        {
          expr: `count by (version, node) (answerback_build_info${own})`,
          legend: '{{version}} on Node {{node}}',
        },
      ],
    },
  ],
};

const datasource = { type: 'prometheus', uid: '${datasource}' };
/** Grafana's grid has 24 columns. */
const width = 8;
const height = 7;

/** As Grafana imports it. */
export function dashboard(): Record<string, unknown> {
  const panels: Record<string, unknown>[] = [];
  let y = 0;
  for (const [title, list] of Object.entries(rows)) {
    panels.push({ type: 'row', title, id: panels.length + 1, gridPos: { h: 1, w: 24, x: 0, y }, panels: [] });
    y += 1;
    for (const [i, panel] of list.entries()) {
      const place = { h: height, w: width, x: (i % 3) * width, y: y + Math.floor(i / 3) * height };
      panels.push(panelOf(panel, panels.length + 1, place));
    }
    y += Math.ceil(list.length / 3) * height;
  }
  return {
    title: 'Answerback',
    uid: 'answerback',
    tags: ['answerback'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables },
    panels,
  };
}

const variables = [
  { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
  {
    name: 'instance',
    type: 'query',
    label: 'Controller',
    datasource,
    query: { query: 'label_values(answerback_build_info, instance)', refId: 'instance' },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  },
];

function panelOf({ title, unit, queries, stack }: Panel, id: number, gridPos: object) {
  return {
    id,
    type: 'timeseries',
    title,
    datasource,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: {
          lineWidth: 1,
          fillOpacity: stack === true ? 25 : 5,
          showPoints: 'never',
          stacking: { mode: stack === true ? 'normal' : 'none' },
        },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCodePoint(65 + i),
      datasource,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}
