import { createHash } from 'node:crypto';
import { Binary } from 'mongodb';
import type { Collection } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import type { MediaStore, NewMedia } from '../ports/media-store.ts';
import { Bucket, bytesOf, once } from './bucket.ts';
import type { Connection } from './connection.ts';
import { insertMany } from './insert-many.ts';

interface MediaDocument {
  _id: string;
  contentType: string;
  data: Binary;
  /** When it was put, or put again. */
  at: Date;
}

/** Up to here media are one document; see docs/decisions/0005. */
export const singleDocumentBytes = 1_048_576;

/** Media: small ones in the collection `media`, one document each; large ones in the GridFS bucket `audio`. */
export class Media implements MediaStore {
  readonly #connection: Connection;
  readonly #small: Collection<MediaDocument>;
  readonly #large: Bucket;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#small = connection.database.collection('media');
    this.#large = new Bucket(connection, 'audio', 'media');
  }

  /** The first bytes under an id stay. */
  async put(id: MediaId, contentType: string, bytes: Uint8Array) {
    let repeated: boolean;
    if (bytes.length <= singleDocumentBytes) {
      const at = this.#connection.now();
      repeated = await once(
        this.#connection,
        'media.put',
        () => this.#small.insertOne({ _id: id, contentType, data: new Binary(bytes), at }),
        () => this.#small.updateOne({ _id: id }, { $set: { at } }),
      );
    } else repeated = await this.#large.put(id, contentType, bytes);
    return {
      // Who has sealed them does not ask for it.
      get sha256() {
        return createHash('sha256').update(bytes).digest('hex');
      },
      repeated,
    };
  }

  async putFrom(id: MediaId, contentType: string, source: ByteSource) {
    if (source.length <= singleDocumentBytes)
      return this.put(id, contentType, await source.read(0, source.length));
    return { repeated: await this.#large.put(id, contentType, source) };
  }

  async putAll(media: readonly NewMedia[]): Promise<readonly MediaId[]> {
    const there: MediaId[] = [];
    const small = media.filter(({ bytes }) => bytes.length <= singleDocumentBytes);
    for (const { id, contentType, bytes } of media)
      if (bytes.length > singleDocumentBytes && (await this.#large.put(id, contentType, bytes)))
        there.push(id);
    if (small.length === 0) return there;
    const at = this.#connection.now();
    const documents = small.map(({ id, contentType, bytes }) => {
      return { _id: id, contentType, data: new Binary(bytes), at };
    });
    const taken = await insertMany(this.#connection, 'media.putAll', this.#small, documents);
    return [...there, ...small.filter((_, i) => taken.has(i)).map(({ id }) => id)];
  }

  async getAll(ids: readonly MediaId[]) {
    const found = await this.#connection.run('media.getAll', () =>
      this.#small.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray(),
    );
    return new Map(
      found.map(({ _id, contentType, data }) => [_id as MediaId, { contentType, bytes: bytesOf(data) }]),
    );
  }

  async get(id: MediaId): Promise<{ contentType: string; bytes: Uint8Array } | undefined> {
    const found = await this.#connection.run('media.get', () => this.#small.findOne({ _id: id }));
    if (found) return { contentType: found.contentType, bytes: bytesOf(found.data) };
    const large = await this.#large.get(id);
    if (large === 'incomplete') throw incomplete(id);
    return large;
  }

  /** What is one document is read whole: it is short. */
  async getRange(id: MediaId, from: number, to: number) {
    const found = await this.#connection.run('media.getRange', () => this.#small.findOne({ _id: id }));
    if (found) {
      const bytes = bytesOf(found.data);
      return { contentType: found.contentType, bytes: bytes.subarray(from, to), total: bytes.length };
    }
    const large = await this.#large.getRange(id, from, to);
    if (large === 'incomplete') throw incomplete(id);
    return large;
  }

  /** See ports/resealing. */
  async replace(id: MediaId, bytes: Uint8Array): Promise<boolean> {
    const small = await this.#connection.run('media.replace', () =>
      this.#small.updateOne({ _id: id }, { $set: { data: new Binary(bytes) } }),
    );
    return small.matchedCount > 0 || this.#large.replace(id, bytes);
  }

  async delete(id: MediaId): Promise<void> {
    const small = await this.#connection.run('media.delete', () => this.#small.deleteOne({ _id: id }));
    if (small.deletedCount === 0) await this.#large.delete([id]);
  }

  /** Many, in a few commands however many there are. */
  async deleteAll(ids: readonly MediaId[]): Promise<void> {
    if (ids.length === 0) return;
    const all = [...ids];
    await this.#connection.run('media.deleteAll', () => this.#small.deleteMany({ _id: { $in: all } }));
    await this.#large.delete(all);
  }
}

function incomplete(id: string): Fault {
  return new Fault('store-failed', `Store: media.get: chunks of ${id} are missing`, { temporary: false });
}
