import type { Collection } from 'mongodb';
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Connection } from './connection.ts';
import { isDuplicate, isOnlyDuplicates } from './faults.ts';
import type { Replicated } from './replication-documents.ts';

interface PurgedDocument {
  /** The message. */
  _id: string;
  mailbox: string;
  at: Date;
}

/** The collection `purged`: messages that were removed for good while another node had them, or might have. */
export class Purged {
  readonly #connection: Connection;
  readonly #purged: Collection<PurgedDocument>;
  readonly #messages: Collection<Replicated>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#purged = connection.database.collection('purged');
    this.#messages = connection.database.collection('messages');
  }

  /** Before it is removed: a crash in between leaves a note of a message that is there, which counts for nothing. */
  async noteIfShared(id: MessageId): Promise<void> {
    const found = await this.#connection.run('purged.note', () =>
      this.#messages.findOne(
        { _id: id, 'sync.key': { $exists: true } },
        { projection: { mailbox: 1, 'sync.key': 1 } },
      ),
    );
    if (found !== null) await this.note([found]);
  }

  /** Those of these that another node has. */
  async note(messages: readonly Pick<Replicated, '_id' | 'mailbox' | 'sync'>[]): Promise<void> {
    const at = this.#connection.now();
    const documents = messages.flatMap(({ _id, mailbox, sync }) =>
      sync === undefined ? [] : { _id, mailbox, at },
    );
    if (documents.length === 0) return;
    await this.#connection.run('purged.note', async () => {
      try {
        await this.#purged.insertMany(documents, { ordered: false });
      } catch (error) {
        if (!isOnlyDuplicates(error) && !isDuplicate(error)) throw error;
      }
    });
  }

  async amongst(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>> {
    if (ids.length === 0) return new Set();
    const found = await this.#connection.run('replication.purged', () =>
      this.#purged.find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 }).toArray(),
    );
    return new Set(found.map(({ _id }) => _id as MessageId));
  }

  async ofMailbox(mailbox: MailboxId, limit: number): Promise<MessageId[]> {
    const found = await this.#connection.run('replication.purgedOf', () =>
      this.#purged
        .find({ mailbox, at: { $gte: new Date(0) } }, { sort: { at: -1 }, limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map(({ _id }) => _id as MessageId);
  }
}
