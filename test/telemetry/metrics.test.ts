import assert from 'node:assert/strict';
import { metrics as catalog, type QueueName } from '../../app/core/metrics/catalog.ts';
import { openMetrics } from '../../app/telemetry/metrics.ts';
import { parseMetrics } from './parse-metrics.ts';

describe('metrics', () => {
  it('every one that there is can be scraped, with its words and its kind', async () => {
    using metrics = openMetrics();
    const { contentType, body } = await metrics.text();
    assert.match(contentType, /^text\/plain; version=0\.0\.4/);
    const { families } = parseMetrics(body);
    for (const [name, { kind, help }] of Object.entries(catalog))
      assert.deepEqual(families.get(name), { kind, help }, name);
    assert.ok(families.has('nodejs_eventloop_lag_p99_seconds'));
    assert.ok(families.has('process_resident_memory_bytes'));
  });

  it('the names are as Prometheus wants them', () => {
    for (const [name, spec] of Object.entries(catalog)) {
      assert.match(name, /^answerback_[a-z]+(_[a-z]+)*$/);
      assert.equal(name.endsWith('_total'), spec.kind === 'counter', name);
      if (spec.kind === 'histogram') assert.match(name, /_seconds$/);
      assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb|minutes)(_|$)/);
      assert.match(spec.help, /\.$/, name);
    }
  });

  it('counts, times and reads', async () => {
    using metrics = openMetrics();
    metrics.count('answerback_deposits_total', { kind: 'voice', result: 'stored' });
    metrics.count('answerback_deposits_total', { kind: 'voice', result: 'stored' }, 2);
    metrics.observe('answerback_call_answer_seconds', {}, 0.07);
    metrics.observe('answerback_call_answer_seconds', {}, -1);
    let waiting = 3;
    metrics.gauges(() => [{ name: 'answerback_spool_deposits', labels: {}, value: waiting }]);
    const first = parseMetrics((await metrics.text()).body);
    assert.equal(first.value('answerback_deposits_total', { kind: 'voice', result: 'stored' }), 3);
    assert.equal(first.value('answerback_deposits_total', { kind: 'fax', result: 'spooled' }), 0);
    assert.equal(first.value('answerback_call_answer_seconds_count'), 2);
    assert.equal(first.value('answerback_call_answer_seconds_sum'), 0.07);
    assert.equal(first.value('answerback_call_answer_seconds_bucket', { le: '0.1' }), 2);
    assert.equal(first.value('answerback_spool_deposits'), 3);
    waiting = 0;
    assert.equal(parseMetrics((await metrics.text()).body).value('answerback_spool_deposits'), 0);
  });

  it('what cannot be read, or not in time, is absent: not what it was, and not nothing', async () => {
    using metrics = openMetrics({ readMs: 50 });
    let how: 'well' | 'broken' | 'late' = 'well';
    metrics.gauges(async () => {
      if (how === 'broken') throw new Error('the store is away');
      if (how === 'late') await new Promise(() => {});
      return [{ name: 'answerback_dead_letters', labels: {}, value: 4 }];
    });
    const read = async () => parseMetrics((await metrics.text()).body).value('answerback_dead_letters');
    assert.equal(await read(), 4);
    how = 'broken';
    assert.equal(await read(), undefined);
    how = 'late';
    assert.equal(await read(), undefined);
    how = 'well';
    assert.equal(await read(), 4);
  });

  it('those who ask at once are served by one look', async () => {
    using metrics = openMetrics();
    let looks = 0;
    metrics.gauges(() => {
      looks += 1;
      return [];
    });
    await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
    assert.equal(looks, 1);
  });

  it('whatever comes as a label, the series stay few and tell nobody’s number', async () => {
    using metrics = openMetrics();
    for (let i = 0; i < 5000; i += 1) {
      metrics.observe(
        'answerback_store_operation_seconds',
        { operation: `messages.op${'x'.repeat(i % 900)}` },
        0.001,
      );
      metrics.observe('answerback_store_operation_seconds', { operation: `+1202555${i}` }, 0.001);
      metrics.observe('answerback_switch_request_seconds', { resource: `a${i}` as 'other' }, 0.001);
      metrics.count('answerback_calls_ended_total', { direction: 'inbound', outcome: `x"\n${i}` as 'other' });
      metrics.count('answerback_text_reports_total', { gateway: `+1202555${i}` as 'sip', status: 'failed' });
    }
    metrics.gauges(() => [
      {
        name: 'answerback_queue_due',
        labels: { queue: 'ada@example.com' as QueueName },
        value: 1,
      },
    ]);
    const { body } = await metrics.text();
    assert.doesNotMatch(body, /1202555|ada@/);
    const { series } = parseMetrics(body);
    assert.ok(series.length < 6000, `${series.length} series`);
    assert.deepEqual(
      series.filter(({ name }) => name === 'answerback_queue_due').map(({ labels }) => labels),
      [{ queue: 'other' }],
    );
    const outcomes = series.filter(({ name }) => name === 'answerback_calls_ended_total');
    assert.equal(outcomes.find(({ labels }) => labels['outcome'] === 'other')?.value, 5000);
  });

  it('costs microseconds of CPU', () => {
    using metrics = openMetrics();
    const rounds = 50_000;
    const began = process.cpuUsage();
    for (let i = 0; i < rounds; i += 1) {
      metrics.observe('answerback_store_operation_seconds', { operation: 'messages.insert' }, 0.003);
      metrics.count('answerback_deposits_total', { kind: 'voice', result: 'stored' });
    }
    const { user, system } = process.cpuUsage(began);
    const each = (user + system) / (2 * rounds);
    // About 1 on an idle machine; a call has some thirty of them beside milliseconds of work.
    assert.ok(each < 20, `${each.toFixed(2)} µs`);
  });
});
