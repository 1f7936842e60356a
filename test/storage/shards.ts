import type { Document } from 'mongodb';
import { shardKeys } from '../../app/storage/shard-keys.ts';

/** Whether a sharded cluster has to ask every shard for this: the first field of the key is compared with no value. */
export function asksAllShards({ find, filter }: Document): boolean {
  const key = shardKeys[String(find)];
  if (key === undefined) return false;
  const [first = ''] = Object.keys(key);
  const value: unknown = (filter as Document)[first];
  if (value === undefined) return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).some((name) => /^\$(gt|lt|ne|nin|exists)/.test(name))
  );
}
