import { randomUUID } from 'node:crypto';
import { Binary } from 'mongodb';
import type { Collection } from 'mongodb';
import type { Bytes } from '../ports/byte-source.ts';
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
  /** `files_id` of its chunks, where they were put in place of others; default: its own id. */
  chunks?: string;
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

  /** @returns whether some of it was there before */
  async put(id: string, contentType: string, bytes: Bytes): Promise<boolean> {
    const operation = `${this.#room}.put`;
    const some = await this.#putChunks(operation, id, bytes);
    const uploadDate = this.#connection.now();
    const file = {
      _id: id,
      length: bytes.length,
      chunkSize: chunkBytes,
      uploadDate,
      filename: id,
    };
    const whole = await once(
      this.#connection,
      operation,
      () => this.#files.insertOne({ ...file, metadata: { contentType } }),
      () => this.#files.updateOne({ _id: id }, { $set: { uploadDate } }),
    );
    return some || whole;
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
    const bytes = await this.#read(file, 0, Math.min(file.length, mostBytes));
    if (bytes !== undefined) return { contentType: file.metadata.contentType, bytes };
    const now = await this.#connection.run(operation, () => this.#files.findOne({ _id: id }));
    // Others were put in their place meanwhile.
    return now && now.chunks !== file.chunks ? this.get(id, mostBytes) : 'incomplete';
  }

  /** Those from `from` on, up to before `to`, with how many there are in all. */
  async getRange(
    id: string,
    from: number,
    to: number,
  ): Promise<{ contentType: string; bytes: Uint8Array; total: number } | 'incomplete' | undefined> {
    const operation = `${this.#room}.get`;
    const file = await this.#connection.run(operation, () => this.#files.findOne({ _id: id }));
    if (!file) return undefined;
    const bytes = await this.#read(file, from, Math.max(from, Math.min(to, file.length)));
    if (bytes === undefined) return 'incomplete';
    return { contentType: file.metadata.contentType, bytes, total: file.length };
  }

  /** `undefined` if chunks are missing. */
  async #read(file: FileDocument, from: number, to: number): Promise<Uint8Array | undefined> {
    const { chunkSize, length, chunks: files_id = file._id } = file;
    const bytes = new Uint8Array(to - from);
    const end = Math.ceil(to / chunkSize);
    for (let n = Math.floor(from / chunkSize); n < end; n += chunksAtOnce) {
      const next = Math.min(n + chunksAtOnce, end);
      const chunks = await this.#connection.run(`${this.#room}.get`, () =>
        this.#chunks
          .find({ files_id, n: { $gte: n, $lt: next } })
          .sort({ n: 1 })
          .toArray(),
      );
      if (chunks.length !== next - n) return undefined;
      for (const chunk of chunks) {
        const at = chunk.n * chunkSize;
        const data = bytesOf(chunk.data);
        if (data.length < Math.min(chunkSize, length - at)) return undefined;
        const skip = Math.max(0, from - at);
        bytes.set(data.subarray(skip, Math.min(data.length, to - at)), at + skip - from);
      }
    }
    return bytes;
  }

  /** Other bytes for a file that is there; who reads it has the old ones or the new. */
  async replace(id: string, bytes: Uint8Array): Promise<boolean> {
    const operation = `${this.#room}.replace`;
    const key = `${id}~${randomUUID()}`;
    await this.#putChunks(operation, key, bytes);
    const before = await this.#connection.run(operation, () =>
      this.#files.findOneAndUpdate(
        { _id: id },
        { $set: { chunks: key, length: bytes.length, chunkSize: chunkBytes } },
        { returnDocument: 'before' },
      ),
    );
    const left = before === null ? key : (before.chunks ?? id);
    await this.#connection.run(operation, () => this.#chunks.deleteMany({ files_id: left }));
    return before !== null;
  }

  /** The files first: what has no file is not there, and its chunks may go or be found by a sweep. */
  async delete(ids: readonly string[]): Promise<void> {
    const all = [...ids];
    const operation = `${this.#room}.delete`;
    const replaced = await this.#connection.run(operation, () =>
      this.#files
        .find({ _id: { $in: all }, chunks: { $exists: true } }, { projection: { chunks: 1 } })
        .toArray(),
    );
    const others = replaced.flatMap(({ chunks }) => (chunks === undefined ? [] : [chunks]));
    await this.#connection.run(operation, () => this.#files.deleteMany({ _id: { $in: all } }));
    await this.#connection.run(operation, () =>
      this.#chunks.deleteMany({ files_id: { $in: [...all, ...others] } }),
    );
  }

  async #putChunks(operation: string, key: string, bytes: Bytes): Promise<boolean> {
    let repeated = false;
    const step = chunkBytes * chunksAtOnce;
    for (let from = 0; from < bytes.length; from += step) {
      const to = Math.min(from + step, bytes.length);
      const part = bytes instanceof Uint8Array ? bytes.subarray(from, to) : await bytes.read(from, to);
      const chunks = chunksOf(key, part, from / chunkBytes);
      const insert = () => this.#chunks.insertMany(chunks, { ordered: false });
      repeated = (await once(this.#connection, operation, insert)) || repeated;
    }
    return repeated;
  }
}

/**
 * Inserts what is not there yet; what is there becomes as new by `renew`, so that nobody takes it for left. Answers whether some
 * of it was there.
 */
export async function once(
  connection: Connection,
  operation: string,
  insert: () => Promise<unknown>,
  renew?: () => Promise<unknown>,
): Promise<boolean> {
  return connection.run(operation, async () => {
    try {
      await insert();
      return false;
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
      await renew?.();
      return true;
    }
  });
}

/** @param first number of the first */
function chunksOf(id: string, bytes: Uint8Array, first: number): ChunkDocument[] {
  const chunks: ChunkDocument[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const n = first + start / chunkBytes;
    chunks.push({
      _id: `${id}/${n}`,
      files_id: id,
      n,
      data: new Binary(bytes.subarray(start, start + chunkBytes)),
    });
  }
  return chunks;
}

export function bytesOf(data: Binary): Uint8Array {
  return data.buffer.subarray(0, data.length());
}
