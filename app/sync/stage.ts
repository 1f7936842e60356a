/** Large pieces as far as they have come, by peer and hash, so that what was cut goes on where it ended. */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Fault } from '../core/errors.ts';
import { mostReplicaBytes, type PieceHead } from '../core/replication/read-replica.ts';
import { wholeBytes, type Bytes, type ByteSource } from '../ports/byte-source.ts';

/** What waits longer for its message is removed, in milliseconds. */
const staleMs = 86_400_000;
/** Most that one peer may have waiting, in bytes. */
const mostStaged = 4 * mostReplicaBytes;

export class Stage {
  readonly #directory: string;
  /** One writes to a file at a time. */
  readonly #writing = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Bytes that are there. */
  async have(peer: string, sha256: string): Promise<number> {
    const found = await stat(this.#path(peer, sha256)).catch(() => undefined);
    return found?.size ?? 0;
  }

  /** Appends from `at` on; answers what is there then. Whatever came before a cut stays. */
  async append(peer: string, sha256: string, at: number, body: Readable): Promise<number> {
    const path = this.#path(peer, sha256);
    if (this.#writing.has(path)) throw new Fault('invalid', 'Sync: it is being written', { temporary: true });
    this.#writing.add(path);
    try {
      await mkdir(join(this.#directory, peer), { recursive: true, mode: 0o700 });
      const have = await this.have(peer, sha256);
      if (have !== at) return have;
      const room = Math.min(mostReplicaBytes - have, mostStaged - (await this.#staged(peer)));
      await write(path, body, room);
      return await this.have(peer, sha256);
    } finally {
      this.#writing.delete(path);
    }
  }

  /**
   * A large one is read when it is put where it belongs.
   * @throws Fault `invalid` if it is not whole, or other bytes than its hash says: it begins anew then
   */
  async read(peer: string, { sha256, bytes }: PieceHead): Promise<Bytes> {
    const path = this.#path(peer, sha256);
    const size = await this.have(peer, sha256);
    if (size === bytes && size > 0) {
      const found = size > wholeBytes ? new FileSource(path, size) : await readFile(path);
      if ((await hashOf(found)) === sha256) return found;
    }
    if (size >= bytes) await rm(path, { force: true });
    throw new Fault('invalid', 'Sync: a piece that was sent before is not whole', { temporary: false });
  }

  /** After its message was taken. */
  async remove(peer: string, sha256: string): Promise<void> {
    await rm(this.#path(peer, sha256), { force: true });
  }

  /** Removes what nobody came for. */
  async sweep(peers: readonly string[]): Promise<void> {
    for (const peer of peers)
      for (const name of await this.#names(peer)) {
        const found = await stat(this.#path(peer, name)).catch(() => undefined);
        if (found !== undefined && Date.now() - found.mtimeMs > staleMs) await this.remove(peer, name);
      }
  }

  async #staged(peer: string): Promise<number> {
    let sum = 0;
    for (const name of await this.#names(peer)) sum += await this.have(peer, name);
    return sum;
  }

  async #names(peer: string): Promise<string[]> {
    return readdir(join(this.#directory, peer)).catch(() => []);
  }

  #path(peer: string, sha256: string): string {
    return join(this.#directory, peer, sha256);
  }
}

async function write(path: string, body: Readable, room: number): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    let left = room;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      left -= chunk.length;
      if (left < 0) throw new Fault('message-too-large', 'Sync: a piece is too large', { temporary: false });
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}

async function hashOf(bytes: Bytes): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += wholeBytes) {
    const end = Math.min(at + wholeBytes, bytes.length);
    hash.update(bytes instanceof Uint8Array ? bytes.subarray(at, end) : await bytes.read(at, end));
  }
  return hash.digest('hex');
}

/** The bytes of a file as long as it is there. */
class FileSource implements ByteSource {
  readonly length: number;
  readonly #path: string;

  constructor(path: string, length: number) {
    this.#path = path;
    this.length = length;
  }

  async read(from: number, to: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(to - from);
    const file = await open(this.#path, 'r');
    try {
      for (let have = 0; have < bytes.length;) {
        const { bytesRead } = await file.read(bytes, have, bytes.length - have, from + have);
        if (bytesRead === 0) throw new Fault('invalid', 'Sync: a piece was cut', { temporary: true });
        have += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  }
}
