import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { metrics as catalog, type MetricSpec } from '../../app/core/metrics/catalog.ts';
import { dashboard } from '../../scripts/monitoring/dashboard.ts';
import { monitoringPage } from '../../scripts/monitoring/page.ts';
import { openMetrics } from '../../app/telemetry/metrics.ts';
import { parseMetrics } from '../telemetry/parse-metrics.ts';
import { alerts, monitoringQueries } from './monitoring-queries.ts';
import { parseQuery } from './promql.ts';

/** Prometheus gives each series these, by the target that it scraped, and `up` by itself. */
const ofTarget = ['instance', 'job'];

describe('docs: the dashboard and the alerts', () => {
  const queries = monitoringQueries();

  it('docs/monitoring.md and the dashboard are what npm run metrics:docs makes', () => {
    assert.equal(readFileSync('docs/monitoring.md', 'utf8'), monitoringPage());
    const written: unknown = JSON.parse(readFileSync('docs/grafana/answerback.json', 'utf8'));
    assert.deepEqual(written, JSON.parse(JSON.stringify(dashboard())));
  });

  it('each query is PromQL, and asks for metrics and labels that a controller gives', async () => {
    using metrics = openMetrics();
    const { families, series } = parseMetrics((await metrics.text()).body);
    const specs: Readonly<Record<string, MetricSpec>> = catalog;
    assert.ok(queries.length > 50);
    for (const { where, expr, shown } of queries) {
      const { selectors, grouped } = parseQuery(expr);
      assert.ok(selectors.length > 0, where);
      const known = new Set(ofTarget);
      for (const { metric, labels } of selectors) {
        if (metric === 'up') continue;
        const family = metric.replace(/_(bucket|sum|count)$/, '');
        const kind = families.get(metric)?.kind ?? families.get(family)?.kind;
        assert.ok(kind !== undefined, `${where}: nobody gives ${metric}`);
        assert.equal(kind === 'histogram', family !== metric, `${where}: ${metric} is a ${kind}`);
        const own = [
          ...Object.keys(specs[family]?.labels ?? {}),
          ...series.filter(({ name }) => name === metric).flatMap((one) => Object.keys(one.labels)),
          ...(metric.endsWith('_bucket') ? ['le'] : []),
        ];
        for (const label of own) known.add(label);
        for (const label of labels)
          assert.ok([...own, ...ofTarget].includes(label), `${where}: ${metric} has no label ${label}`);
        assert.equal(/rate|increase/.test(expr) && kind === 'gauge', false, `${where}: the rate of a gauge`);
      }
      for (const label of [...grouped, ...shown]) assert.ok(known.has(label), `${where}: no label ${label}`);
    }
  });

  it('no alert judges a share of calls where there are only a few: one slow call in a quiet night wakes nobody', () => {
    const judging = alerts().filter(({ expr }) => expr.includes('histogram_quantile'));
    assert.ok(judging.length > 0);
    for (const { alert, expr } of judging)
      assert.match(expr, / and sum by \(instance\) \(increase\(\w+_count\[\w+\]\)\) > \d+$/, alert);
  });

  it('values that alerts choose by are among those that there are', () => {
    for (const { alert, expr } of alerts())
      for (const [, label = '', value = ''] of expr.matchAll(/(\w+)="([^"]+)"/g)) {
        if (label === 'job') continue;
        const all = Object.values(catalog as Readonly<Record<string, MetricSpec>>).flatMap(({ labels }) => {
          const set = labels?.[label];
          return set === undefined || 'atMost' in set ? [] : [...set];
        });
        assert.ok(all.includes(value), `${alert}: ${label} is never ${value}`);
      }
  });

  it('each metric of ours is on the dashboard, and each alert says what it is and what to do', () => {
    const asked = new Set(
      queries.flatMap(({ expr }) => parseQuery(expr).selectors.map(({ metric }) => metric)),
    );
    const shown = new Set([...asked].map((metric) => metric.replace(/_(bucket|sum|count)$/, '')));
    for (const name of Object.keys(catalog)) assert.ok(shown.has(name), `${name} is not on the dashboard`);
    const page = monitoringPage();
    const names = alerts().map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
    for (const { alert, labels, annotations } of alerts()) {
      assert.match(page, new RegExp(`\\| ${alert} \\| \\w`), `${alert} is not in docs/monitoring.md`);
      assert.match(labels['severity'] ?? '', /^(critical|warning)$/);
      assert.match(annotations.summary, /\.$/);
    }
  });

  it('what is no PromQL, or no metric, is found', () => {
    for (const wrong of [
      'sum by (le (rate(x_total[5m]))',
      'rate(x_total)',
      'sum(x_total[5m])',
      'x_total{a=5}',
      'x_total[5m',
      'histogram_quantil(0.9, x)',
      'sum(x) by',
      'x_total >',
      'x $ y',
      '',
    ])
      assert.throws(() => parseQuery(wrong), Error, wrong);
  });
});
