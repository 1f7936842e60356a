import { createHash } from 'node:crypto';
import { Binary } from 'mongodb';
import type { Collection } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { MediaStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

interface MediaDocument {
  _id: string;
  contentType: string;
  data: Binary;
}

/** GridFS, version 1.0: https://github.com/mongodb/specifications/blob/master/source/gridfs/gridfs-spec.md */
interface FileDocument {
  _id: string;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  filename: string;
  metadata: { contentType: string };
}

interface ChunkDocument {
  _id: string;
  files_id: string;
  n: number;
  data: Binary;
}

/** Up to here media are one document; see docs/decisions/0005. */
export const singleDocumentBytes = 1_048_576;
/** The usual chunk of GridFS. */
const chunkBytes = 255 * 1024;
/** Chunks written or read in one command: each command has the deadline for itself. */
const chunksAtOnce = 8;

/**
 * Media: small ones in the collection `media`, one document each; large ones in the GridFS bucket `audio`. The chunks are
 * written here rather than by the driver's stream because a repeated or broken-off upload must be completed by the next
 * one. The first bytes under an id stay.
 */
export class Media implements MediaStore {
  readonly #connection: Connection;
  readonly #small: Collection<MediaDocument>;
  readonly #files: Collection<FileDocument>;
  readonly #chunks: Collection<ChunkDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#small = connection.database.collection('media');
    this.#files = connection.database.collection('audio.files');
    this.#chunks = connection.database.collection('audio.chunks');
  }

  async put(id: MediaId, contentType: string, bytes: Uint8Array): Promise<{ readonly sha256: string }> {
    if (bytes.length <= singleDocumentBytes) {
      await this.#once('media.put', () =>
        this.#small.insertOne({ _id: id, contentType, data: new Binary(bytes) }),
      );
    } else await this.#putLarge(id, contentType, bytes);
    return { sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async get(id: MediaId): Promise<{ contentType: string; bytes: Uint8Array } | undefined> {
    const found = await this.#connection.run('media.get', () => this.#small.findOne({ _id: id }));
    if (found) return { contentType: found.contentType, bytes: bytesOf(found.data) };
    return this.#getLarge(id);
  }

  async delete(id: MediaId): Promise<void> {
    const small = await this.#connection.run('media.delete', () => this.#small.deleteOne({ _id: id }));
    if (small.deletedCount > 0) return;
    // The file first: what has no file is not there, and its chunks may go or be found by a sweep.
    await this.#connection.run('media.delete', () => this.#files.deleteOne({ _id: id }));
    await this.#connection.run('media.delete', () => this.#chunks.deleteMany({ files_id: id }));
  }

  /** Many, in a few commands however many there are. */
  async deleteAll(ids: readonly MediaId[]): Promise<void> {
    if (ids.length === 0) return;
    const all = [...ids];
    await this.#connection.run('media.deleteAll', () => this.#small.deleteMany({ _id: { $in: all } }));
    await this.#connection.run('media.deleteAll', () => this.#files.deleteMany({ _id: { $in: all } }));
    await this.#connection.run('media.deleteAll', () => this.#chunks.deleteMany({ files_id: { $in: all } }));
  }

  async #putLarge(id: string, contentType: string, bytes: Uint8Array): Promise<void> {
    const step = chunkBytes * chunksAtOnce;
    for (let from = 0; from < bytes.length; from += step) {
      const chunks = chunksOf(id, bytes, from, Math.min(from + step, bytes.length));
      await this.#once('media.put', () => this.#chunks.insertMany(chunks, { ordered: false }));
    }
    const file = {
      _id: id,
      length: bytes.length,
      chunkSize: chunkBytes,
      uploadDate: new Date(),
      filename: id,
    };
    await this.#once('media.put', () => this.#files.insertOne({ ...file, metadata: { contentType } }));
  }

  async #getLarge(id: string): Promise<{ contentType: string; bytes: Uint8Array } | undefined> {
    const file = await this.#connection.run('media.get', () => this.#files.findOne({ _id: id }));
    if (!file) return undefined;
    const bytes = new Uint8Array(file.length);
    const count = Math.ceil(file.length / file.chunkSize);
    for (let n = 0; n < count; n += chunksAtOnce) {
      const chunks = await this.#connection.run('media.get', () =>
        this.#chunks
          .find({ files_id: id, n: { $gte: n, $lt: n + chunksAtOnce } })
          .sort({ n: 1 })
          .toArray(),
      );
      if (chunks.length !== Math.min(chunksAtOnce, count - n)) throw incomplete(id);
      for (const chunk of chunks) bytes.set(bytesOf(chunk.data), chunk.n * file.chunkSize);
    }
    return { contentType: file.metadata.contentType, bytes };
  }

  /** Inserts what is not there yet. */
  async #once(operation: string, insert: () => Promise<unknown>): Promise<void> {
    await this.#connection.run(operation, async () => {
      try {
        await insert();
      } catch (error) {
        if (!isOnlyDuplicates(error)) throw error;
      }
    });
  }
}

function chunksOf(id: string, bytes: Uint8Array, from: number, to: number): ChunkDocument[] {
  const chunks: ChunkDocument[] = [];
  for (let start = from; start < to; start += chunkBytes) {
    const n = start / chunkBytes;
    chunks.push({
      _id: `${id}/${n}`,
      files_id: id,
      n,
      data: new Binary(bytes.subarray(start, Math.min(start + chunkBytes, to))),
    });
  }
  return chunks;
}

function bytesOf(data: Binary): Uint8Array {
  return data.buffer.subarray(0, data.length());
}

function incomplete(id: string): Fault {
  return new Fault('store-failed', `Store: media.get: chunks of ${id} are missing`, { temporary: false });
}
