/**
 * AES-GCM-HKDF streaming AEAD, as Tink defines it (https://developers.google.com/tink/streaming_aead/aes_gcm_hkdf_streaming):
 * HKDF and tag of SHA-256, derived keys of 32 bytes. Segments of one length are sealed each by itself with AES-256-GCM under a
 * key of this stream alone, so that any of them can be opened without the others; its number and whether it is the last are in
 * its nonce, so that none can be left out, doubled or put elsewhere.
 *
 *   header  = 40 (one byte: its length) || salt (32) || nonce prefix (7)
 *   key     = HKDF-SHA-256(main key, salt, associated data, 32)
 *   segment = AES-256-GCM(key, nonce prefix || number (4, big endian) || 1 if it is the last, else 0)
 *
 * The first segment is shorter by the header: segments begin at multiples of their length, counted from the header's begin.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { ByteSource } from '../ports/byte-source.ts';
import { broken } from './faults.ts';

const saltBytes = 32;
const prefixBytes = 7;
const tagBytes = 16;
export const chanceBytes = saltBytes + prefixBytes;
export const headerBytes = 1 + saltBytes + prefixBytes;
/** Other work has its turn after so many bytes. */
const turnBytes = 1_048_576;

export interface StreamKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** What is sealed: the same must be said to open it. */
  readonly about: Uint8Array;
  /** Of a segment with its tag, in bytes. */
  readonly segmentBytes: number;
}

/** How long it becomes by being sealed. */
export function sealedLength(length: number, segmentBytes: number): number {
  const first = segmentBytes - headerBytes - tagBytes;
  const more = length <= first ? 0 : Math.ceil((length - first) / (segmentBytes - tagBytes));
  return headerBytes + length + (1 + more) * tagBytes;
}

/** How much is in it. @throws Fault `seal-broken` if nothing can be so long */
export function openedLength(length: number, segmentBytes: number): number {
  const segments = Math.ceil(length / segmentBytes);
  const last = length - (segments - 1) * segmentBytes;
  const least = segments === 1 ? headerBytes + tagBytes : tagBytes + 1;
  if (length < headerBytes + tagBytes || last < least) throw broken('its length is wrong');
  return length - headerBytes - segments * tagBytes;
}

/**
 * @param chance salt and nonce prefix, for who must seal the same thing to the same bytes: 39 that depend on a secret, on what it is
 *   and on all of its bytes; default: random ones
 */
export async function sealStream(
  plain: Uint8Array,
  options: StreamKey,
  chance: Uint8Array = randomBytes(chanceBytes),
): Promise<Uint8Array> {
  const { segmentBytes } = options;
  const sealed = new Uint8Array(sealedLength(plain.length, segmentBytes));
  const salt = chance.subarray(0, saltBytes);
  const prefix = chance.subarray(saltBytes, chanceBytes);
  sealed[0] = headerBytes;
  sealed.set(salt, 1);
  sealed.set(prefix, 1 + saltBytes);
  const key = derive(options, salt);
  let from = 0;
  let at = headerBytes;
  let turn = turnBytes;
  for (let number = 0; ; number += 1) {
    const room = segmentBytes - tagBytes - (number === 0 ? headerBytes : 0);
    const to = Math.min(from + room, plain.length);
    const last = to === plain.length;
    sealSegment(sealed.subarray(at), plain.subarray(from, to), key, nonceOf(prefix, number, last));
    at += to - from + tagBytes;
    from = to;
    if (last) return sealed;
    turn = await pause(turn - room);
  }
}

/** The same of what is read part by part: each part is sealed when it is asked for. */
export function sealSource(plain: ByteSource, options: StreamKey, chance: Uint8Array): ByteSource {
  const { segmentBytes } = options;
  const [salt, prefix] = [chance.subarray(0, saltBytes), chance.subarray(saltBytes, chanceBytes)];
  const key = derive(options, salt);
  const first = segmentBytes - headerBytes - tagBytes;
  const step = segmentBytes - tagBytes;
  const length = sealedLength(plain.length, segmentBytes);
  const last = Math.ceil(length / segmentBytes) - 1;
  const begin = (number: number): number => (number === 0 ? 0 : first + (number - 1) * step);
  return {
    length,
    async read(from, to) {
      const low = Math.floor(from / segmentBytes);
      const high = Math.min(last, Math.ceil(to / segmentBytes) - 1);
      const open = await plain.read(begin(low), Math.min(begin(high + 1), plain.length));
      const sealed = new Uint8Array(Math.min((high + 1) * segmentBytes, length) - low * segmentBytes);
      if (low === 0) sealed.set([headerBytes, ...salt, ...prefix]);
      for (let number = low; number <= high; number += 1) {
        const at = number === 0 ? headerBytes : (number - low) * segmentBytes;
        const part = open.subarray(begin(number) - begin(low), begin(number + 1) - begin(low));
        sealSegment(sealed.subarray(at), part, key, nonceOf(prefix, number, number === last));
      }
      return sealed.subarray(from - low * segmentBytes, to - low * segmentBytes);
    },
  };
}

/** @throws Fault `seal-broken` */
export async function openStream(sealed: Uint8Array, options: StreamKey): Promise<Uint8Array> {
  const total = openedLength(sealed.length, options.segmentBytes);
  const read = async (from: number, to: number): Promise<Uint8Array> => sealed.subarray(from, to);
  return openRange({ length: sealed.length, read }, 0, total, options);
}

/**
 * The bytes from `from` on, up to before `to`; reads no segments but theirs, and the header.
 * @throws Fault `seal-broken`
 */
export async function openRange(
  source: ByteSource,
  from: number,
  to: number,
  options: StreamKey,
): Promise<Uint8Array> {
  const { segmentBytes } = options;
  const total = openedLength(source.length, segmentBytes);
  const begin = Math.min(from, total);
  const end = Math.max(begin, Math.min(to, total));
  const header = await source.read(0, headerBytes);
  if (header[0] !== headerBytes) throw broken('its header is wrong');
  const key = derive(options, header.subarray(1, 1 + saltBytes));
  const prefix = header.subarray(1 + saltBytes, headerBytes);
  const first = segmentBytes - headerBytes - tagBytes;
  const step = segmentBytes - tagBytes;
  const last = Math.ceil(source.length / segmentBytes) - 1;
  const plain = new Uint8Array(end - begin);
  let turn = turnBytes;
  // Nothing is answered without a tag that was looked at, not even nothing.
  for (let number = segmentAt(begin, first, step, last); ; number += 1) {
    const at = number === 0 ? 0 : first + (number - 1) * step;
    const start = number === 0 ? headerBytes : number * segmentBytes;
    const segment = await source.read(start, Math.min((number + 1) * segmentBytes, source.length));
    const body = openSegment(segment, key, nonceOf(prefix, number, number === last));
    const skip = Math.max(0, begin - at);
    plain.set(body.subarray(skip, Math.max(skip, Math.min(body.length, end - at))), at + skip - begin);
    if (at + body.length >= end) return plain;
    turn = await pause(turn - body.length);
  }
}

function segmentAt(position: number, first: number, step: number, last: number): number {
  return position < first ? 0 : Math.min(last, 1 + Math.floor((position - first) / step));
}

function sealSegment(into: Uint8Array, plain: Uint8Array, key: Uint8Array, nonce: Uint8Array): void {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  into.set(cipher.update(plain));
  cipher.final();
  into.set(cipher.getAuthTag(), plain.length);
}

function openSegment(segment: Uint8Array, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  if (segment.length < tagBytes) throw broken('a segment is cut');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(segment.subarray(segment.length - tagBytes));
  const body = decipher.update(segment.subarray(0, segment.length - tagBytes));
  try {
    decipher.final();
  } catch (error) {
    throw broken('a segment is not what was sealed', error);
  }
  return body;
}

function derive({ key, about }: StreamKey, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, about, 32));
}

function nonceOf(prefix: Uint8Array, number: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(prefixBytes + 5);
  nonce.set(prefix);
  nonce.writeUInt32BE(number, prefixBytes);
  nonce[prefixBytes + 4] = last ? 1 : 0;
  return nonce;
}

async function pause(left: number): Promise<number> {
  if (left > 0) return left;
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return turnBytes;
}
