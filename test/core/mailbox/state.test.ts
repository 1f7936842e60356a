import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { applyState, joinState } from '../../../app/core/mailbox/state.ts';
import type { MessageState } from '../../../app/core/message/message.ts';

const states = ['new', 'heard', 'saved', 'deleted'] as const;
const state = fc.constantFrom<MessageState>(...states);

describe('the state of a message', () => {
  it('after transfers in any order and number is the latest of all', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1 }), fc.infiniteStream(fc.nat()), (history, order) => {
        const shuffled = history
          .map((one) => ({ one, by: order.next().value ?? 0 }))
          .sort((a, b) => a.by - b.by);
        const latest = states.findLast((one) => history.includes(one));
        assert.equal(history.reduce(joinState), latest);
        assert.equal([...shuffled, ...shuffled].map(({ one }) => one).reduce(joinState), latest);
      }),
    );
  });

  const changes: [MessageState | undefined, MessageState | undefined, boolean, number, number, number][] = [
    [undefined, 'new', false, 1, 0, 0],
    [undefined, 'new', true, 1, 0, 1],
    ['new', 'heard', false, -1, 1, 0],
    ['new', 'heard', true, -1, 1, -1],
    ['heard', 'saved', true, 0, 0, 0],
    ['saved', 'deleted', false, 0, -1, 0],
    ['new', 'deleted', true, -1, 0, -1],
    ['deleted', undefined, true, 0, 0, 0],
    ['deleted', 'saved', false, 0, 1, 0],
  ];
  for (const [from, to, urgent, n, old, u] of changes) {
    it(`from ${from ?? 'nothing'} to ${to ?? 'nothing'}${urgent ? ', urgent,' : ''} changes the lamp by ${n}/${old} (${u})`, () => {
      assert.deepEqual(applyState(from, to, urgent), { new: n, old, urgent: u });
    });
  }

  it('counts the same whichever way it went', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1 }), fc.boolean(), (way, urgent) => {
        const sum = { new: 0, old: 0, urgent: 0 };
        let at: MessageState | undefined;
        for (const next of way) {
          const change = applyState(at, next, urgent);
          sum.new += change.new;
          sum.old += change.old;
          sum.urgent += change.urgent;
          at = next;
        }
        assert.deepEqual(sum, applyState(undefined, at, urgent));
      }),
    );
  });
});
