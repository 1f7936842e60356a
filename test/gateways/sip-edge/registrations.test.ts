import assert from 'node:assert/strict';
import type { Registration } from '../../../app/ports/media.ts';
import { headerOf, statusOf } from './message.ts';
import { openWorld, phonePeer, request, stranger, subscriber, trunkPeer } from './world.ts';

describe('registrations told to the SIP edge', function () {
  this.timeout(20_000);

  it('are believed of a trusted trunk: fresh once, gone with Expires 0; all else is refused and tells nobody', async () => {
    const told: Registration[] = [];
    await using world = await openWorld({}, {}, { onRegistered: (one) => void told.push(one) });
    let n = 0;
    const register = async (headers: Readonly<Record<string, string>> = {}, peer = trunkPeer) => {
      const own = { callId: `r-${(n += 1)}@scscf`, cseq: 1, body: '' };
      const from = { From: '<sip:scscf.example.net>;tag=1', Contact: '<sip:scscf.example.net>' };
      const usual = { ...from, To: `<sip:${subscriber}@example.net;user=phone>` };
      return world.double.arrives(
        request('REGISTER', 'sip:127.0.0.1:5260', { ...own, headers: { ...usual, ...headers } }),
        peer,
      );
    };
    const first = await register({ Expires: '600' });
    assert.deepEqual([statusOf(first), headerOf(first, 'expires')], [200, '600']);
    await register({ Expires: '600' });
    assert.deepEqual(told, [
      { number: subscriber, fresh: true },
      { number: subscriber, fresh: false },
    ]);
    await register({ Expires: '0' });
    assert.equal(told.length, 2, 'who leaves is nowhere yet');
    await register({ To: `<tel:${subscriber}>` });
    assert.deepEqual(told[2], { number: subscriber, fresh: true });
    world.laterMs = 2 * 3_600_000;
    await register();
    assert.deepEqual(told[3], { number: subscriber, fresh: true }, 'it had run out');
    for (const [status, headers, peer] of [
      [403, {}, phonePeer],
      [403, {}, stranger],
      [403, {}, { ...trunkPeer, address: '10.0.0.6' }],
      [400, { Expires: 'never' }, trunkPeer],
      [400, { To: '<sip:example.net>' }, trunkPeer],
      [404, { To: '<sip:nobody@example.net>' }, trunkPeer],
      [481, { To: `<sip:${subscriber}@example.net>;tag=x` }, trunkPeer],
    ] as const)
      assert.equal(statusOf(await register(headers, peer)), status, JSON.stringify(headers));
    assert.equal(told.length, 4);
  });
});
