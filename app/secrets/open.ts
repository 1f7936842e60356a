/** Hashes PINs with Argon2id (RFC 9106). Its work is done on threads, a few at once: calls go on beside it. */
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { Fault } from '../core/errors.ts';
import type { Hasher } from '../ports/hasher.ts';
import { createLanes } from './lanes.ts';

export interface SecretsSlice {
  /** Memory of one hash, in KiB. */
  readonly memoryKiB: number;
  readonly passes: number;
  /** Hashes made at once. */
  readonly atOnce: number;
  /** Mixed into every hash and kept outside the store; PINs hashed without it hold on and get it at the next login. */
  readonly pepper?: string | undefined;
}

/** Before hashes that a pepper was mixed into. */
const peppered = 'pepper:';
/** Argon2id; the library's own name for it is a const enum, which does not survive the compiler. */
const argon2id = 2;

/** What a hash was made with, in plain numbers. */
interface Parameters {
  readonly algorithm: number;
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

export function openHasher(slice: SecretsSlice): Hasher {
  const { memoryKiB, passes, pepper } = slice;
  const lanes = createLanes(slice.atOnce);
  const secret = pepper === undefined ? undefined : Buffer.from(pepper, 'utf8');
  const prefix = secret === undefined ? '' : peppered;
  const options = { algorithm: argon2id, memoryCost: memoryKiB, timeCost: passes, parallelism: 1 };
  const isOutdated = (stored: string): boolean => {
    const made: Parameters = parseOptions(stored.replace(peppered, ''));
    const same =
      made.algorithm === argon2id &&
      made.memoryCost === memoryKiB &&
      made.timeCost === passes &&
      made.parallelism === 1;
    return !same || !stored.startsWith(prefix);
  };
  const check = async (stored: string, given: string): Promise<'right' | 'outdated' | 'wrong'> => {
    const mixed = stored.startsWith(peppered);
    if (mixed && secret === undefined) return 'wrong';
    try {
      const right = await verify(
        stored.replace(peppered, ''),
        given,
        mixed ? { secret: secret as Buffer } : {},
      );
      if (!right) return 'wrong';
      return isOutdated(stored) ? 'outdated' : 'right';
    } catch {
      // What is stored is no hash.
      return 'wrong';
    }
  };
  return {
    hash: (given) =>
      lanes.run(async () => {
        try {
          return prefix + (await hash(given, secret === undefined ? options : { ...options, secret }));
        } catch (error) {
          throw new Fault('invalid', 'A secret could not be hashed', { temporary: false, cause: error });
        }
      }),
    verify: (stored, given) => lanes.run(() => check(stored, given)),
    [Symbol.asyncDispose]: () => lanes.idle(),
  };
}
