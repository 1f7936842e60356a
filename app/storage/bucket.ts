import { Binary } from 'mongodb';
import type { Collection } from 'mongodb';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

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

/** The usual chunk of GridFS. */
const chunkBytes = 255 * 1024;
/** Chunks written or read in one command: each command has the deadline for itself. */
const chunksAtOnce = 8;

/**
 * A bucket of GridFS. Its chunks are written here rather than by the driver's stream because a repeated or broken-off upload
 * must be completed by the next one. The first bytes under an id stay.
 */
export class Bucket {
  readonly #connection: Connection;
  /** Begins the names of operations in errors. */
  readonly #room: string;
  readonly #files: Collection<FileDocument>;
  readonly #chunks: Collection<ChunkDocument>;

  constructor(connection: Connection, name: string, room: string) {
    this.#connection = connection;
    this.#room = room;
    this.#files = connection.database.collection(`${name}.files`);
    this.#chunks = connection.database.collection(`${name}.chunks`);
  }

  async put(id: string, contentType: string, bytes: Uint8Array): Promise<void> {
    const operation = `${this.#room}.put`;
    const step = chunkBytes * chunksAtOnce;
    for (let from = 0; from < bytes.length; from += step) {
      const chunks = chunksOf(id, bytes, from, Math.min(from + step, bytes.length));
      await once(this.#connection, operation, () => this.#chunks.insertMany(chunks, { ordered: false }));
    }
    const uploadDate = new Date();
    const file = {
      _id: id,
      length: bytes.length,
      chunkSize: chunkBytes,
      uploadDate,
      filename: id,
    };
    await once(
      this.#connection,
      operation,
      () => this.#files.insertOne({ ...file, metadata: { contentType } }),
      () => this.#files.updateOne({ _id: id }, { $set: { uploadDate } }),
    );
  }

  /**
   * @param mostBytes of a longer one only so many
   * @returns `incomplete` if chunks of it are missing
   */
  async get(
    id: string,
    mostBytes = Infinity,
  ): Promise<{ contentType: string; bytes: Uint8Array } | 'incomplete' | undefined> {
    const operation = `${this.#room}.get`;
    const file = await this.#connection.run(operation, () => this.#files.findOne({ _id: id }));
    if (!file) return undefined;
    const bytes = new Uint8Array(Math.min(file.length, mostBytes));
    const count = Math.ceil(bytes.length / file.chunkSize);
    for (let n = 0; n < count; n += chunksAtOnce) {
      const to = Math.min(n + chunksAtOnce, count);
      const chunks = await this.#connection.run(operation, () =>
        this.#chunks
          .find({ files_id: id, n: { $gte: n, $lt: to } })
          .sort({ n: 1 })
          .toArray(),
      );
      if (chunks.length !== to - n) return 'incomplete';
      for (const chunk of chunks) {
        const at = chunk.n * file.chunkSize;
        const data = bytesOf(chunk.data);
        if (data.length < Math.min(file.chunkSize, bytes.length - at)) return 'incomplete';
        bytes.set(data.subarray(0, bytes.length - at), at);
      }
    }
    return { contentType: file.metadata.contentType, bytes };
  }

  /** The files first: what has no file is not there, and its chunks may go or be found by a sweep. */
  async delete(ids: readonly string[]): Promise<void> {
    const all = [...ids];
    const operation = `${this.#room}.delete`;
    await this.#connection.run(operation, () => this.#files.deleteMany({ _id: { $in: all } }));
    await this.#connection.run(operation, () => this.#chunks.deleteMany({ files_id: { $in: all } }));
  }
}

/** Inserts what is not there yet; what is there becomes as new by `renew`, so that nobody takes it for left. */
export async function once(
  connection: Connection,
  operation: string,
  insert: () => Promise<unknown>,
  renew?: () => Promise<unknown>,
): Promise<void> {
  await connection.run(operation, async () => {
    try {
      await insert();
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
      await renew?.();
    }
  });
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

export function bytesOf(data: Binary): Uint8Array {
  return data.buffer.subarray(0, data.length());
}
