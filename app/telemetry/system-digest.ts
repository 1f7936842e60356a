import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Digest } from '../ports/digest.ts';

/** Bytes between two turns of others: about a millisecond. */
const pieceBytes = 1_048_576;

export const systemDigest: Digest = async (bytes) => {
  const hash = createHash('sha256');
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    if (from > 0) await turn();
    const to = Math.min(from + pieceBytes, bytes.length);
    hash.update(bytes instanceof Uint8Array ? bytes.subarray(from, to) : await bytes.read(from, to));
  }
  return hash.digest('hex');
};
