import assert from 'node:assert/strict';
import { openMetricsServer } from '../../../app/gateways/web/metrics.ts';
import { keptLog } from '../../telemetry/kept-log.ts';

const slice = { host: '127.0.0.1', port: 0 };

describe('the metrics server', () => {
  it('gives what is measured, at one address, to who reads and does not write', async () => {
    const text = async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'x 1\n' });
    await using server = await openMetricsServer(slice, { text, log: keptLog() });
    const { address = '' } = server;
    const response = await fetch(address);
    assert.match(response.headers.get('content-type') ?? '', /version=0\.0\.4/);
    assert.equal(await response.text(), 'x 1\n');
    assert.equal((await fetch(address, { method: 'POST', body: 'x 2' })).status, 404);
    for (const path of ['/', '/metrics/x', '/%zz', '/health/ready'])
      assert.match(String((await fetch(new URL(path, address))).status), /^40[04]$/, path);
  });

  it('what cannot be told is an error that says nothing of the inside', async () => {
    const log = keptLog();
    const text = () => Promise.reject(new Error('secrets of the inside'));
    await using server = await openMetricsServer(slice, { text, log });
    const response = await fetch(server.address ?? '');
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /inside/);
    assert.ok(log.lines.some(({ level }) => level === 'error'));
  });

  it('an address that another has is told, and nothing more', async () => {
    const deps = { text: async () => ({ contentType: 'text/plain', body: '' }), log: keptLog() };
    await using first = await openMetricsServer(slice, deps);
    const port = Number(new URL(first.address ?? '').port);
    await using second = await openMetricsServer({ ...slice, port }, deps);
    assert.equal(second.address, undefined);
    assert.equal(deps.log.lines.filter(({ level }) => level === 'warn').length, 1);
    assert.equal((await fetch(first.address ?? '')).status, 200);
  });
});
