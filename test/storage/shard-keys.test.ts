import assert from 'node:assert/strict';
import { indexes } from '../../app/storage/indexes.ts';
import { shardKeys } from '../../app/storage/shard-keys.ts';
import { asksAllShards } from './shards.ts';

describe('shard keys', () => {
  it('every unique index of a sharded collection begins with its key', () => {
    for (const [collection, key] of Object.entries(shardKeys)) {
      const unique = (indexes[collection] ?? []).filter((index) => index.unique === true);
      for (const index of unique)
        assert.deepEqual(
          Object.keys(index.key).slice(0, Object.keys(key).length),
          Object.keys(key),
          collection,
        );
    }
  });

  it('a question without the key would be found out', () => {
    assert.equal(asksAllShards({ find: 'media', filter: { at: 1 } }), true);
    assert.equal(asksAllShards({ find: 'media', filter: { _id: { $gt: 'x' } } }), true);
    assert.equal(asksAllShards({ find: 'media', filter: { _id: { $in: ['x'] } } }), false);
    assert.equal(asksAllShards({ find: 'messages', filter: {} }), false);
  });
});
