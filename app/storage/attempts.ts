import type { Collection, Document } from 'mongodb';
import type { AttemptStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface AttemptDocument {
  /** The key. */
  _id: string;
  /** Times of failures, oldest first. */
  at: Date[];
  /** When the last of them has left the window; the server removes the document then (TTL index). */
  expires: Date;
}

/** Most failures kept of one key: a flood makes no large document, and no limit asks for more. */
const mostKept = 100;

/** The collection `attempts`: one document a key. */
export class Attempts implements AttemptStore {
  readonly #connection: Connection;
  readonly #attempts: Collection<AttemptDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#attempts = connection.database.collection('attempts');
  }

  async fail(key: string, now: Date, windowMs: number): Promise<number> {
    const oldest = new Date(now.getTime() - windowMs);
    const kept = { $filter: { input: { $ifNull: ['$at', []] }, cond: { $gt: ['$$this', oldest] } } };
    const at = { $slice: [{ $concatArrays: [kept, [now]] }, -mostKept] };
    const update: Document[] = [{ $set: { at, expires: new Date(now.getTime() + windowMs) } }];
    const upsert = () =>
      this.#attempts.findOneAndUpdate({ _id: key }, update, { upsert: true, returnDocument: 'after' });
    const after = await this.#connection.run('attempts.fail', () =>
      upsert().catch((error: unknown) => {
        if (isDuplicate(error)) return upsert();
        throw error;
      }),
    );
    return countSince(after, oldest);
  }

  async count(key: string, now: Date, windowMs: number): Promise<number> {
    const found = await this.#connection.run('attempts.count', () => this.#attempts.findOne({ _id: key }));
    return countSince(found, new Date(now.getTime() - windowMs));
  }

  async clear(key: string): Promise<void> {
    await this.#connection.run('attempts.clear', () => this.#attempts.deleteOne({ _id: key }));
  }
}

function countSince(document: AttemptDocument | null, oldest: Date): number {
  return document?.at.filter((at) => at > oldest).length ?? 0;
}
