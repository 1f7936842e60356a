import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Changes, DeadlinePassed } from './changes.ts';

describe('waiting for a change', () => {
  it('what arrived in time counts, though the process was busy until after the deadline', async () => {
    const changes = new Changes();
    let heard = false;
    await using far = createSocket('udp4');
    await using near = createSocket('udp4', () => {
      heard = true;
      changes.changed();
    });
    near.bind(0, '127.0.0.1');
    await once(near, 'listening');
    far.connect(near.address().port, '127.0.0.1');
    await once(far, 'connect');
    const waiting = changes.until(() => heard || undefined, 50, 'a packet');
    far.send('packet');
    for (const end = performance.now() + 100; performance.now() < end;);
    assert.equal(await waiting, true);
  });

  it('what does not come is given up', async () => {
    await assert.rejects(
      new Changes().until(() => undefined, 20, 'nothing'),
      DeadlinePassed,
    );
  });
});
