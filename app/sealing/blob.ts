/**
 * Bytes that are sealed: media, objects in the archive, files. They name the key: magic (8 bytes) || id of the key (16) || stream.
 */
import { createHash, createHmac } from 'node:crypto';
import type { ByteSource } from '../ports/byte-source.ts';
import {
  chanceBytes,
  openedLength,
  openRange,
  openStream,
  sealedLength,
  sealSource,
  sealStream,
  type StreamKey,
} from './stream.ts';
import type { OpenKey, Openers } from './keyring.ts';

/** As PNG begins its files: no text, and not what a transfer of texts would leave as it is. */
const magic = Buffer.from('\x89ABSEAL\x01', 'latin1');
const idBytes = 16;
const before = magic.length + idBytes;
/** A telephone message is one or two of them. */
const segmentBytes = 65_536;

/** How much of the begin tells whose key it is. */
export const blobHeadBytes = before;

export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= before && magic.equals(bytes.subarray(0, magic.length));
}

/** Hexadecimal id of the key that opens it. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(magic.length, before)).toString('hex');
}

/**
 * The same bytes for the same thing: what is put in pieces and broke off is completed by being put again. Salt and nonces are made
 * by HMAC from all that is sealed, so that they stand for nothing else.
 * @param about what it is, as `media/<id>`: another one cannot be put in its place
 * @param sha256 of the bytes, hexadecimal
 */
export async function sealBlob(
  key: OpenKey,
  about: string,
  bytes: Uint8Array,
  sha256 = createHash('sha256').update(bytes).digest('hex'),
): Promise<Uint8Array> {
  const stream = await sealStream(bytes, streamKey(key, about), chanceOf(key, about, sha256));
  const blob = new Uint8Array(before + stream.length);
  blob.set(magic);
  blob.set(Buffer.from(key.id, 'hex'), magic.length);
  blob.set(stream, before);
  return blob;
}

/** The same of what is read part by part. */
export function sealedBlob(key: OpenKey, about: string, plain: ByteSource, sha256: string): ByteSource {
  const stream = sealSource(plain, streamKey(key, about), chanceOf(key, about, sha256));
  const head = Buffer.concat([magic, Buffer.from(key.id, 'hex')]);
  return {
    length: before + stream.length,
    async read(from, to) {
      const more = to > before ? await stream.read(Math.max(0, from - before), to - before) : Buffer.alloc(0);
      return from < before ? Buffer.concat([head.subarray(from, to), more]) : more;
    },
  };
}

function chanceOf(key: OpenKey, about: string, sha256: string): Uint8Array {
  const made = createHmac('sha512', key.salts).update(`${sha256} ${about}`).digest();
  return made.subarray(0, chanceBytes);
}

/** What is not sealed is answered as it is. @throws Fault `seal-broken`, `key-lost`, `key-unavailable` */
export async function openBlob(keys: Openers, about: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (!isSealed(bytes)) return bytes;
  const key = await keys.opening(keyOf(bytes));
  return openStream(bytes.subarray(before), streamKey(key, about));
}

/** How long what is sealed in so many bytes was. @throws Fault `seal-broken` */
export function plainLength(length: number): number {
  return openedLength(length - before, segmentBytes);
}

/** How long it becomes by being sealed. */
export function blobLength(length: number): number {
  return before + sealedLength(length, segmentBytes);
}

/** Some of the bytes of a sealed blob that is read piece by piece. @throws as `openBlob` */
export async function openBlobRange(
  keys: Openers,
  about: string,
  blob: {
    readonly head: Uint8Array;
    readonly length: number;
    read(from: number, to: number): Promise<Uint8Array>;
  },
  [from, to]: readonly [number, number],
): Promise<Uint8Array> {
  const key = await keys.opening(keyOf(blob.head));
  const source = {
    length: blob.length - before,
    read: (begin: number, end: number) => blob.read(before + begin, before + end),
  };
  return openRange(source, from, to, streamKey(key, about));
}

function streamKey(key: OpenKey, about: string): StreamKey {
  return { key: key.media, about: Buffer.from(about), segmentBytes };
}
