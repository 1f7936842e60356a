/**
 * Replicas on the wire: a length of four bytes (big-endian), so much JSON, then the bytes of the pieces that are not sent before. What
 * came whole is done, wherever the stream is cut.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Fault } from '../core/errors.ts';
import { readReplicaHead, type PieceHead } from '../core/replication/read-replica.ts';
import { wholeBytes, type Bytes, type ByteSource } from '../ports/byte-source.ts';
import type { Piece, Replica } from '../ports/replication.ts';

/** Larger pieces are sent before, so that they can be resumed. */
export const inlineBytes = 262_144;
/** Most replicas in one stream. */
export const mostFrames = 64;
const mostHeadBytes = 1_048_576;
const streamed = { frames: mostFrames, inline: inlineBytes };

/**
 * @param most larger pieces are elsewhere
 * @returns the bytes in pieces that are sent one after the other
 */
export function writeFrame(replica: Replica, most: { readonly inline: number } = streamed): Bytes[] {
  const pieces = replica.pieces.map(({ media, contentType, sha256, bytes }) => ({
    media,
    contentType,
    sha256,
    bytes: bytes.length,
    staged: bytes.length > most.inline,
  }));
  // Times travel as milliseconds since 1970.
  const head = JSON.stringify({ ...replica, pieces }, function (this: Record<string, unknown>, name, value) {
    const own = this[name];
    return own instanceof Date ? own.getTime() : (value as unknown);
  });
  const json = Buffer.from(head);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const inline = replica.pieces.filter(({ bytes }) => bytes.length <= most.inline);
  return [length, json, ...inline.map(({ bytes }) => bytes)];
}

interface ReadLimits {
  readonly frames: number;
  readonly inline: number;
  /** Of a stream that stays: large pieces are read from there again. */
  readonly source?: (from: number, length: number) => ByteSource;
}

/**
 * @param staged bytes that were sent before
 * @throws Fault `invalid`, not temporary; a stream that ends within a frame throws too, after those before it
 */
export async function* readFrames(
  stream: Readable,
  staged: (piece: PieceHead) => Promise<Bytes>,
  most: ReadLimits = streamed,
): AsyncGenerator<Replica> {
  const bytes = new ByteReader(stream);
  for (let n = 0; ; n += 1) {
    const length = await bytes.take(4, true);
    if (length === undefined) return;
    if (n >= most.frames) throw wrong('too many frames');
    const size = Buffer.from(length).readUInt32BE();
    if (size > mostHeadBytes) throw wrong('a head is too long');
    const head = readReplicaHead(new TextDecoder().decode(await bytes.take(size)));
    const pieces: Piece[] = [];
    for (const { staged: isStaged, ...piece } of head.pieces) {
      if (!isStaged && piece.bytes > most.inline) throw wrong('a piece is too large');
      const content = isStaged
        ? await staged({ ...piece, staged: isStaged })
        : await contentOf(bytes, piece, most);
      pieces.push({ ...piece, bytes: content });
    }
    yield { ...head, pieces };
  }
}

/** Of a large one the place, if it stays where it is: it is only looked through. */
async function contentOf(
  bytes: ByteReader,
  { bytes: length, sha256 }: Pick<PieceHead, 'bytes' | 'sha256'>,
  { source }: ReadLimits,
): Promise<Bytes> {
  if (source === undefined || length <= wholeBytes) return bytes.take(length);
  const { place } = bytes;
  const hash = createHash('sha256');
  for (let left = length; left > 0; left -= wholeBytes)
    hash.update(await bytes.take(Math.min(left, wholeBytes)));
  if (hash.digest('hex') !== sha256) throw wrong('a piece has other bytes than its hash');
  return source(place, length);
}

/** So many bytes of a stream at a time, never more in memory than that and one chunk. */
class ByteReader {
  /** Bytes that were taken. */
  place = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #have: Uint8Array = new Uint8Array();

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async take(count: number): Promise<Uint8Array>;
  async take(count: number, mayEnd: true): Promise<Uint8Array | undefined>;
  async take(count: number, mayEnd = false): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let left = count;
    while (left > 0) {
      if (this.#have.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) {
          if (mayEnd && left === count) return undefined;
          throw wrong('the stream ends within a frame');
        }
        this.#have = next.value;
        continue;
      }
      const part = this.#have.subarray(0, left);
      this.#have = this.#have.subarray(part.length);
      parts.push(part);
      left -= part.length;
    }
    this.place += count;
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }
}

function wrong(what: string): Fault {
  return new Fault('invalid', `Sync: ${what}`, { temporary: false });
}
