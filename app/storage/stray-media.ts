import type { Collection } from 'mongodb';
import type { MediaId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import type { PutMedia, StrayMediaStore } from '../ports/stray-media.ts';
import type { Connection } from './connection.ts';
import { fromDocument, type MessageDocument } from './message-document.ts';

interface Progress {
  _id: string;
  at: Date;
}

const only = 'media';

/** Media by their time, over both collections that they lie in; how far all were looked at stands in `strays`. */
export class StrayMedia implements StrayMediaStore {
  readonly #connection: Connection;
  readonly #small: Collection<{ _id: string; at?: Date }>;
  readonly #files: Collection<{ _id: string; uploadDate: Date; chunks?: string }>;
  readonly #chunks: Collection<{ files_id: string }>;
  readonly #messages: Collection<MessageDocument>;
  readonly #progress: Collection<Progress>;

  constructor(connection: Connection) {
    const { database } = connection;
    this.#connection = connection;
    this.#small = database.collection('media');
    this.#files = database.collection('audio.files');
    this.#chunks = database.collection('audio.chunks');
    this.#messages = database.collection('messages');
    this.#progress = database.collection('strays');
  }

  async put(from: Date, to: Date, limit: number) {
    const range = { $gte: from, $lt: to };
    const options = { limit, batchSize: limit + 1 };
    const small = await this.#connection.run('strays.put', () =>
      this.#small
        .find(
          { at: { $exists: true, ...range } },
          { ...options, sort: { at: 1 }, projection: { _id: 1, at: 1 } },
        )
        .toArray(),
    );
    const large = await this.#connection.run('strays.put', () =>
      this.#files
        .find(
          { uploadDate: range },
          { ...options, sort: { uploadDate: 1 }, projection: { _id: 1, uploadDate: 1 } },
        )
        .toArray(),
    );
    const some = [
      small.map(({ _id, at = from }) => ({ id: _id as MediaId, at })),
      large.map(({ _id, uploadDate }) => ({ id: _id as MediaId, at: uploadDate })),
    ];
    const ends = some.map((list) => (list.length < limit ? to : (list.at(-1)?.at ?? to)).getTime());
    // Of very many in one millisecond some are left out: better than to come no further.
    const upTo = new Date(Math.max(Math.min(...ends), from.getTime() + 1));
    return { media: some.flat().filter(({ at }) => at < upTo), upTo };
  }

  async owners(keys: readonly string[]): Promise<Message[]> {
    if (keys.length === 0) return [];
    const all = [...keys];
    const batchSize = all.length + 1;
    const byOrigin = await this.#connection.run('strays.owners', () =>
      this.#messages.find({ origin: { $in: all } }, { batchSize }).toArray(),
    );
    const byId = await this.#connection.run('strays.owners', () =>
      this.#messages.find({ _id: { $in: all } }, { batchSize }).toArray(),
    );
    return [...byOrigin, ...byId].map((document) => fromDocument(document));
  }

  async remove(media: readonly PutMedia[]): Promise<number> {
    if (media.length === 0) return 0;
    const small = await this.#connection.run('strays.remove', () =>
      this.#small.bulkWrite(
        media.map(({ id, at }) => ({ deleteOne: { filter: { _id: id, at } } })),
        { ordered: false },
      ),
    );
    let removed = small.deletedCount;
    if (removed === media.length) return removed;
    for (const { id, at } of media) {
      const file = await this.#connection.run('strays.remove', () =>
        this.#files.findOneAndDelete({ _id: id, uploadDate: at }),
      );
      if (file === null) continue;
      const files_id = { $in: [id, file.chunks ?? id] };
      await this.#connection.run('strays.remove', () => this.#chunks.deleteMany({ files_id }));
      removed += 1;
    }
    return removed;
  }

  async lookedUpTo(): Promise<Date | undefined> {
    const found = await this.#connection.run('strays.lookedUpTo', () =>
      this.#progress.findOne({ _id: only }),
    );
    return found?.at;
  }

  async setLookedUpTo(at: Date): Promise<void> {
    await this.#connection.run('strays.setLookedUpTo', () =>
      this.#progress.updateOne({ _id: only }, { $max: { at } }, { upsert: true }),
    );
  }
}
