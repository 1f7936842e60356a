import type { Collection, Document } from 'mongodb';
import type { AttemptStore, Failures } from '../ports/attempts.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, unavailable } from './faults.ts';

interface AttemptDocument {
  /** The key. */
  _id: string;
  /** Times of failures, oldest first. */
  at: Date[];
  /** Another after each change. */
  version?: number;
  /** When the last of them has left the window; the server removes the document then (TTL index). */
  expires: Date;
}

/** Most failures kept of one key: a flood makes no large document, and no limit asks for more. */
const mostKept = 100;
/** Tries of one that finds a document which the server then removes, or none which another then makes. */
const rounds = 5;

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
    const after = await this.#connection.run('attempts.fail', async () => {
      // Not an upsert: of several that make one document at once FerretDB answers some with what they would have made alone.
      for (let round = 0; round < rounds; round += 1) {
        const raised = await this.#attempts.findOneAndUpdate({ _id: key }, added(now, windowMs), {
          returnDocument: 'after',
        });
        if (raised) return raised;
        const made = await this.#make(key, now, windowMs);
        if (made) return made;
      }
      return undefined;
    });
    // What was not counted is not answered.
    if (after === undefined) throw unavailable('attempts.fail: others were always quicker');
    return countSince(after, oldest);
  }

  async count(key: string, now: Date, windowMs: number): Promise<number> {
    const found = await this.#connection.run('attempts.count', () => this.#attempts.findOne({ _id: key }));
    return countSince(found, new Date(now.getTime() - windowMs));
  }

  async clear(key: string): Promise<void> {
    await this.#connection.run('attempts.clear', () => this.#attempts.deleteOne({ _id: key }));
  }

  async clearAll(prefix: string): Promise<void> {
    await this.#connection.run('attempts.clearAll', () => this.#attempts.deleteMany(beginningSo(prefix)));
  }

  async failures(keys: readonly string[]): Promise<Failures[]> {
    const found = await this.#connection.run('attempts.failures', () =>
      this.#attempts.find({ _id: { $in: [...keys] } }).toArray(),
    );
    const byKey = new Map(found.map((one) => [one._id, one]));
    return keys.map((key) => failuresOf(key, byKey.get(key)));
  }

  async beginning(prefix: string, limit: number): Promise<Failures[]> {
    const found = await this.#connection.run('attempts.beginning', () =>
      this.#attempts.find(beginningSo(prefix), { sort: { _id: 1 }, limit }).toArray(),
    );
    return found.map((one) => failuresOf(one._id, one));
  }

  async failIfUnchanged(seen: Failures, now: Date, windowMs: number): Promise<boolean> {
    const { key, at, version } = seen;
    // Of documents written before there were versions the length tells as much.
    const same = version === 0 ? { version: { $exists: false } } : { version };
    return this.#connection.run('attempts.failIfUnchanged', async () => {
      if (at.length > 0 || version > 0) {
        const result = await this.#attempts.updateOne({ _id: key, ...same }, added(now, windowMs));
        return result.matchedCount === 1;
      }
      return (await this.#make(key, now, windowMs)) !== undefined;
    });
  }

  async undo(key: string, at: Date): Promise<void> {
    await this.#connection.run('attempts.undo', () =>
      this.#attempts.updateOne({ _id: key, at }, [{ $set: { at: withoutOne(at), version: nextVersion } }]),
    );
  }

  /** The first failure of a key; `undefined` if another has just made its document. */
  async #make(key: string, now: Date, windowMs: number): Promise<AttemptDocument | undefined> {
    const document = { _id: key, at: [now], version: 1, expires: new Date(now.getTime() + windowMs) };
    try {
      await this.#attempts.insertOne(document);
      return document;
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }
}

/** One of them: others may have failed in the same millisecond. */
function withoutOne(at: Date): Document {
  const index = { $indexOfArray: ['$at', at] };
  const before = { $cond: [{ $lte: [index, 0] }, [], { $slice: ['$at', index] }] };
  const after = { $slice: ['$at', { $add: [index, 1] }, mostKept] };
  return { $concatArrays: [before, after] };
}

const nextVersion = { $add: [{ $ifNull: ['$version', 0] }, 1] };

function added(now: Date, windowMs: number): Document[] {
  const oldest = new Date(now.getTime() - windowMs);
  const kept = { $filter: { input: { $ifNull: ['$at', []] }, cond: { $gt: ['$$this', oldest] } } };
  const at = { $slice: [{ $concatArrays: [kept, [now]] }, -mostKept] };
  const expires = new Date(now.getTime() + windowMs);
  return [{ $set: { at, expires, version: nextVersion } }];
}

function countSince(document: AttemptDocument | null, oldest: Date): number {
  return document?.at.filter((at) => at > oldest).length ?? 0;
}

function beginningSo(prefix: string) {
  return { _id: { $gte: prefix, $lt: `${prefix}\u{ffff}` } };
}

function failuresOf(
  key: string,
  { at = [], version = 0 }: Partial<Pick<AttemptDocument, 'at' | 'version'>> = {},
): Failures {
  return { key, at, version };
}
