/**
 * What a sharded MongoDB cluster may spread, and by which key. Every unique index of a sharded collection must begin with its key, and
 * what changes one document by `findAndModify` must name it; collections that are not here stay on the primary shard.
 */
export const shardKeys: Readonly<Record<string, Readonly<Record<string, 1 | 'hashed'>>>> = {
  media: { _id: 'hashed' },
  'audio.chunks': { files_id: 1, n: 1 },
  attempts: { _id: 'hashed' },
  usage: { _id: 'hashed' },
};

/** Questions of the store's operations that every shard is asked for, by design: rounds over what is due or left over. */
export const scattered: readonly string[] = [
  'attempts.beginning',
  'attempts.clearAll',
  'replication.forgetVisitor',
  'strays.put',
];
