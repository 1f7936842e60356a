import assert from 'node:assert/strict';
import type { E164, MailboxId, MessageId } from '../../app/core/ids.ts';
import { messageFingerprint } from '../../app/core/replication/message-register.ts';
import { Refusals } from '../../app/services/refusals.ts';
import { SendLanes, type Item } from '../../app/services/send-lanes.ts';

const register = { state: { n: 0, value: 'new' }, urgent: { n: 0, value: false } } as const;

function item(i: number, number: string): Item {
  const id = `message ${i}` as MessageId;
  const state = { id, mailbox: 'box' as MailboxId, state: 'new', urgent: false, bytes: 0 } as const;
  return {
    epoch: '1|',
    number: number as E164,
    state: { ...state, received: new Date(i), pending: [], seen: undefined, acked: {} },
    register,
    whole: true,
    since: 0,
  };
}

describe('what waits for a node', () => {
  it('what the node refuses waits until it has changed, or an hour: the node may be mended by then', () => {
    let now = new Date(0);
    const refusals = new Refusals({ now: () => now });
    const refused = item(1, 'here');
    const { id } = refused.state;
    const what = `${refused.epoch}${messageFingerprint(register)}`;
    refusals.note(refused);
    assert.deepEqual([refusals.has(id, what), refusals.has(id, `${what} and more`)], [true, false]);
    now = new Date(3_599_999);
    assert.equal(refusals.has(id, what), true);
    now = new Date(3_600_000);
    assert.equal(refusals.has(id, what), false);
  });

  it('goes when its subscriber has left, however much waits; the rest stays in its order', async () => {
    const count = 200_000;
    const sent: number[] = [];
    const lanes = new SendLanes({
      send: async (batch) => void sent.push(...batch.map(({ state }) => state.received.getTime())),
      onDone: () => undefined,
    });
    lanes.add(
      Array.from({ length: count }, (_, i) => [item(i, i % 100 === 0 ? 'left' : 'here'), 'rest'] as const),
    );
    lanes.drop(({ number }) => number === 'left');
    assert.equal(lanes.size, 0.99 * count);
    assert.equal(lanes.known('message 300' as MessageId), undefined);
    lanes.open();
    await lanes.drain();
    assert.deepEqual(sent.slice(0, 2), [count - 1, count - 2]);
    assert.ok(!sent.includes(count - 100));
  });
});
