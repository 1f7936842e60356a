import { MongoBulkWriteError, type Collection } from 'mongodb';
import { Fault } from '../core/errors.ts';
import type { MailboxId } from '../core/ids.ts';
import type { CountingStore, Noted, Raise } from '../ports/counting.ts';
import type { Connection } from './connection.ts';
import { countUpdate, type MailboxDocument } from './mailbox-document.ts';
import type { MessageDocument } from './message-document.ts';

interface NoteDocument {
  /** The controller. */
  _id: string;
  at: Date;
}

/** Counters of `mailboxes`, raised many at once; the collection `controllers`: one document a controller that does so. */
export class Counting implements CountingStore {
  readonly #connection: Connection;
  readonly #mailboxes: Collection<MailboxDocument>;
  readonly #messages: Collection<MessageDocument>;
  readonly #notes: Collection<NoteDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#mailboxes = connection.database.collection('mailboxes');
    this.#messages = connection.database.collection('messages');
    this.#notes = connection.database.collection('controllers');
  }

  async raise(changes: readonly Raise[]): Promise<readonly MailboxId[]> {
    const updates = changes.flatMap(({ mailbox, change }) => {
      const { inc } = countUpdate(change);
      return inc === undefined ? [] : [{ updateOne: { filter: { _id: mailbox }, update: { $inc: inc } } }];
    });
    if (updates.length === 0) return [];
    let matched = updates.length;
    const failed = await this.#connection.run('counting.raise', async () => {
      try {
        matched = (await this.#mailboxes.bulkWrite(updates, { ordered: false })).matchedCount;
        return undefined;
      } catch (error) {
        // Done in part: to do it again would raise those twice that are raised.
        if (error instanceof MongoBulkWriteError) return error;
        throw error;
      }
    });
    if (failed !== undefined) {
      const text = `Store: counting.raise: ${failed.message}`;
      throw new Fault('store-failed', text, { temporary: false, cause: failed });
    }
    return matched === updates.length ? [] : this.#missing(changes.map(({ mailbox }) => mailbox));
  }

  async #missing(ids: readonly MailboxId[]): Promise<MailboxId[]> {
    const found = await this.#connection.run('counting.raise', () =>
      this.#mailboxes.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray(),
    );
    const there = new Set(found.map(({ _id }) => _id));
    return [...new Set(ids)].filter((id) => !there.has(id));
  }

  async note(controller: string, at: Date): Promise<void> {
    await this.#connection.run('counting.note', () =>
      this.#notes.updateOne({ _id: controller }, { $set: { at } }, { upsert: true }),
    );
  }

  async noted(): Promise<Noted[]> {
    // An open beginning is a range too: FerretDB reads by an index only where the filter names it.
    const found = await this.#connection.run('counting.noted', () =>
      this.#notes.find({ at: { $gte: new Date(0) } }, { sort: { at: 1 } }).toArray(),
    );
    return found.map(({ _id, at }) => ({ controller: _id, at }));
  }

  async forget({ controller, at }: Noted): Promise<void> {
    await this.#connection.run('counting.forget', () => this.#notes.deleteOne({ _id: controller, at }));
  }

  async mailboxesOf(from: Date, to: Date): Promise<MailboxId[]> {
    const found = await this.#connection.run('counting.mailboxesOf', () =>
      this.#messages
        .find({ _id: { $gte: firstId(from), $lt: firstId(to) } }, { projection: { _id: 0, mailbox: 1 } })
        .toArray(),
    );
    return [...new Set(found.map(({ mailbox }) => mailbox as MailboxId))];
  }
}

/** The least UUIDv7 of a millisecond (RFC 9562, section 5.7). */
function firstId(at: Date): string {
  const time = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
