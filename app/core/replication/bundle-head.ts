/** What a bundle says of itself: what one node has for another of one subscriber, in a file. */
import { Fault } from '../errors.ts';
import type { E164, MessageId } from '../ids.ts';

export interface BundleHead {
  readonly from: string;
  readonly to: string;
  readonly number: E164;
  readonly made: Date;
  /** Said by their home: the subscriber is at `to`. */
  readonly visiting: boolean;
  /** Said by where they were: nothing of them is left there. */
  readonly cleared: boolean;
  /** Said by their home: these are gone for good. */
  readonly purged: readonly MessageId[];
}

/** The last ones: the head of a file is short. */
export const mostPurged = 1000;

export function writeBundleHead({ made, ...head }: BundleHead): string {
  return JSON.stringify({ ...head, made: made.getTime() });
}

/** @throws Fault `invalid`, not temporary */
export function readBundleHead(text: string): BundleHead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (typeof value !== 'object' || value === null) throw wrong();
  const {
    from,
    to,
    number,
    made,
    visiting,
    cleared,
    purged = [],
  } = value as Readonly<Record<string, unknown>>;
  if (typeof from !== 'string' || typeof to !== 'string' || typeof number !== 'string') throw wrong();
  if (!/^\+[1-9]\d{4,14}$/.test(number)) throw wrong();
  if (!Number.isSafeInteger(made) || Math.abs(made as number) > 8_640_000_000_000_000) throw wrong();
  if (!Array.isArray(purged) || purged.length > mostPurged) throw wrong();
  if (!purged.every((id) => typeof id === 'string' && id.length <= 100)) throw wrong();
  return {
    from,
    to,
    number: number as E164,
    made: new Date(made as number),
    visiting: visiting === true,
    cleared: cleared === true,
    purged: purged as MessageId[],
  };
}

function wrong(): Fault {
  const text = 'it does not say what it is';
  return new Fault('invalid', `Bundle: ${text}`, { temporary: false, publicText: text });
}
