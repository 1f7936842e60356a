import type { Collection } from 'mongodb';
import type { Arrival, ArrivalStore, ArrivingPart, FreshArrival, PartResult } from '../ports/arrivals.ts';
import type { InboundText } from '../ports/media.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';
import { nextDue, takeFirst } from './take-first.ts';

interface ArrivalDocument {
  /** The key. */
  _id: string;
  id: string;
  received: Date;
  text?: InboundText;
  total?: number;
  /** By number. */
  parts?: Record<string, string>;
  tries: number;
  /** When a worker may take it. Absent when all is done. */
  workAt?: Date;
  done?: true;
  /** The server removes the document then (TTL index). */
  expires: Date;
}

/** The collection `arrivals`: one document a text, and every write one update of it. */
export class Arrivals implements ArrivalStore {
  readonly #connection: Connection;
  readonly #arrivals: Collection<ArrivalDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#arrivals = connection.database.collection('arrivals');
  }

  async addPart(part: ArrivingPart, fresh: FreshArrival): Promise<PartResult> {
    const { key, number, body, total } = part;
    const place = `parts.${number}`;
    const { id, received, due, expires } = fresh;
    const text: InboundText = { ...part.text, id, body: '', truncated: false };
    const first = {
      _id: key,
      id,
      received,
      text,
      total,
      parts: { [number]: body },
      tries: 0,
      workAt: due,
      expires,
    };
    return this.#connection.run('arrivals.addPart', async () => {
      for (let tries = 1; ; tries += 1) {
        const kept = await this.#arrivals.findOneAndUpdate(
          {
            _id: key,
            total,
            done: { $exists: false },
            $or: [{ [place]: { $exists: false } }, { [place]: body }],
          },
          { $set: { [place]: body, workAt: due, expires } },
          { returnDocument: 'after' },
        );
        if (kept) return { kind: 'kept', arrival: fromDocument(kept) };
        const other = await this.#arrivals.findOne({ _id: key });
        if (other?.done && other.parts?.[number] === body) return { kind: 'repeat' };
        // One that came into being just now is looked at once more.
        if (other && tries > 1)
          return { kind: 'other', arrival: fromDocument(other), done: other.done === true };
        if (other || !(await this.#insert(first))) continue;
        return { kind: 'kept', arrival: fromDocument(first) };
      }
    });
  }

  async keep(key: string, text: InboundText, fresh: FreshArrival): Promise<boolean> {
    const { id, received, due, expires } = fresh;
    return this.#connection.run('arrivals.keep', () =>
      this.#insert({ _id: key, id, received, text, tries: 0, workAt: due, expires }),
    );
  }

  async takeDue(now: Date, leaseMs: number): Promise<Arrival | undefined> {
    const found = await this.#connection.run('arrivals.takeDue', (deadline) =>
      takeFirst(this.#arrivals, 'workAt', {
        now,
        deadline,
        update: { $set: { workAt: new Date(now.getTime() + leaseMs) }, $inc: { tries: 1 } },
        returnDocument: 'before',
      }),
    );
    return found ? fromDocument(found) : undefined;
  }

  async done(key: string, id: string, expires: Date): Promise<void> {
    await this.#connection.run('arrivals.done', () =>
      this.#arrivals.updateOne({ _id: key, id }, { $set: { done: true, expires }, $unset: { workAt: '' } }),
    );
  }

  async putOff(key: string, id: string, due: Date): Promise<void> {
    await this.#connection.run('arrivals.putOff', () =>
      this.#arrivals.updateOne({ _id: key, id, workAt: { $exists: true } }, { $set: { workAt: due } }),
    );
  }

  async nextDue(): Promise<Date | undefined> {
    return this.#connection.run('arrivals.nextDue', () => nextDue(this.#arrivals, 'workAt'));
  }

  async begin(key: string, { id, received, expires }: FreshArrival) {
    return this.#connection.run('arrivals.begin', async () => {
      for (;;) {
        if (await this.#insert({ _id: key, id, received, tries: 0, expires })) return { id, received };
        const found = await this.#arrivals.findOne({ _id: key });
        if (found) return { id: found.id, received: found.received };
      }
    });
  }

  async end(key: string, id: string): Promise<void> {
    await this.#connection.run('arrivals.end', () => this.#arrivals.deleteOne({ _id: key, id }));
  }

  /** Not an upsert: FerretDB has no word of its own for one that finds its key taken. */
  async #insert(document: ArrivalDocument): Promise<boolean> {
    try {
      await this.#arrivals.insertOne(document);
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return false;
    }
  }
}

function fromDocument({ _id, id, received, text, total, parts, tries }: ArrivalDocument): Arrival {
  if (text === undefined) throw new TypeError('this is no text');
  return {
    key: _id,
    id,
    received,
    text,
    tries,
    ...(total === undefined
      ? {}
      : {
          parts: {
            total,
            bodies: new Map(Object.entries(parts ?? {}).map(([number, body]) => [Number(number), body])),
          },
        }),
  };
}
