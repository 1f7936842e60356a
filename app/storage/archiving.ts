import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { MediaId, MessageId } from '../core/ids.ts';
import type { ArchivedAt, Message, Moving, Tier } from '../core/message/message.ts';
import { sizeOf } from '../core/mailbox/usage.ts';
import type { ArchivingStore, BeginResult } from '../ports/archiving.ts';
import type { Connection } from './connection.ts';
import { fromDocument, notCondemned, type MessageDocument } from './message-document.ts';

/** Messages on their way into the archive and back, in the collection `messages`. */
export class Archiving implements ArchivingStore {
  readonly #connection: Connection;
  readonly #messages: Collection<MessageDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#messages = connection.database.collection('messages');
  }

  async begin(id: MessageId, moving: Moving): Promise<BeginResult> {
    const before = await this.#update(
      'archiving.begin',
      { _id: id, moving: { $exists: false }, ...notCondemned },
      { $set: { moving } },
    );
    if (before) return { kind: 'begun', message: fromDocument({ ...before, moving }) };
    const found = await this.#connection.run('archiving.begin', () => this.#messages.findOne({ _id: id }));
    if (!found || found.condemned) return { kind: 'gone' };
    // It was ended in between: the next try begins.
    if (!found.moving) return this.begin(id, moving);
    return { kind: 'moving', moving: found.moving, message: fromDocument(found) };
  }

  async takeOver(id: MessageId, left: Moving, moving: Moving): Promise<boolean> {
    const { matchedCount } = await this.#connection.run('archiving.takeOver', () =>
      this.#messages.updateOne({ _id: id, ...ours(left) }, { $set: { moving } }),
    );
    return matchedCount > 0;
  }

  async toArchive(message: Message, moving: Moving, archived: ArchivedAt) {
    const { id, version } = message;
    const size = sizeOf({ ...message, tier: 'archived' });
    const before = await this.#update(
      'archiving.toArchive',
      { _id: id, ...ours(moving), version, tier: { $ne: 'archived' }, ...notCondemned },
      { $set: { tier: 'archived', archived, ...size }, $inc: { version: 1 } },
    );
    if (!before) return undefined;
    return changed(before, { ...before, tier: 'archived', archived, ...size });
  }

  async toLive(message: Message, moving: Moving, at: Date) {
    const { id, stored } = message;
    const tier: Tier = stored === undefined ? 'live' : 'compressed';
    const size = sizeOf({ ...message, tier });
    const before = await this.#update(
      'archiving.toLive',
      { _id: id, ...ours(moving), tier: 'archived', ...notCondemned },
      {
        $set: { tier, ...size },
        $unset: { archived: '' },
        $max: { accessedAt: at },
        // Automatic management finds out when something is due of it again.
        $min: { sweepAt: at },
        $inc: { version: 1 },
      },
    );
    if (!before) return undefined;
    const { archived: _gone, accessedAt = at, ...kept } = before;
    return changed(before, { ...kept, ...size, tier, accessedAt: accessedAt > at ? accessedAt : at });
  }

  async finish(id: MessageId, moving: Moving, forms: readonly MediaId[] = []): Promise<void> {
    await this.#connection.run('archiving.finish', () =>
      this.#messages.updateOne(
        { _id: id, ...ours(moving) },
        {
          $unset: { moving: '' },
          ...(forms.length === 0 ? {} : { $pull: { derived: { media: { $in: [...forms] } } } }),
        },
      ),
    );
  }

  async damaged(id: MessageId, key: string, what: string): Promise<void> {
    await this.#connection.run('archiving.damaged', () =>
      this.#messages.updateOne({ _id: id, 'archived.key': key }, { $set: { 'archived.damaged': what } }),
    );
  }

  async left(now: Date, limit: number): Promise<Message[]> {
    const found = await this.#connection.run('archiving.left', () =>
      this.#messages
        .find(
          { 'moving.until': { $exists: true, $lte: now } },
          { sort: { 'moving.until': 1 }, limit, batchSize: limit + 1 },
        )
        .toArray(),
    );
    return found.map((document) => fromDocument(document));
  }

  #update(
    operation: string,
    filter: Filter<MessageDocument>,
    update: UpdateFilter<MessageDocument>,
  ): Promise<MessageDocument | null> {
    return this.#connection.run(operation, () =>
      this.#messages.findOneAndUpdate(filter, update, { returnDocument: 'before' }),
    );
  }
}

function ours({ key, until }: Moving): Filter<MessageDocument> {
  return { 'moving.key': key, 'moving.until': until };
}

function changed(before: MessageDocument, after: MessageDocument): { before: Message; after: Message } {
  return { before: fromDocument(before), after: fromDocument({ ...after, version: before.version + 1 }) };
}
