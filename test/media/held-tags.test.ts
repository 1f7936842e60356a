import assert from 'node:assert/strict';
import { TagsInHand } from '../../app/media/parts/held-tags.ts';

describe('media: recordings that calls have in hand', () => {
  it('one that two calls have is in hand until both let go of it, however often each did', () => {
    const tags = new TagsInHand();
    const [old, next] = [tags.ofCall(), tags.ofCall()];
    old.add('a');
    old.add('a');
    old.add('b');
    next.add('a');
    old.clear();
    old.clear();
    assert.deepEqual([tags.has('a'), tags.has('b')], [true, false]);
    next.delete('b');
    next.delete('a');
    next.delete('a');
    assert.equal(tags.has('a'), false);
    old.add('a');
    assert.equal(tags.has('a'), true);
  });
});
