import type { Collection } from 'mongodb';
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import type { ResealingStore } from '../ports/resealing.ts';
import type { Connection } from './connection.ts';
import type { Media } from './media.ts';
import { toDocument, type MessageDocument } from './message-document.ts';

/** Writes messages and media in place of themselves. */
export class Resealing implements ResealingStore {
  readonly #connection: Connection;
  readonly #messages: Collection<MessageDocument>;
  readonly #media: Media;

  constructor(connection: Connection, media: Media) {
    this.#connection = connection;
    this.#messages = connection.database.collection('messages');
    this.#media = media;
  }

  async rewrite(message: Message, words: readonly string[], from: MailboxId): Promise<boolean> {
    const { mailbox, envelope, brief, sealed, transcript, times, archived, ...made } = toDocument(
      message,
      words,
    );
    const there = {
      ...(sealed === undefined ? {} : { sealed }),
      ...(transcript === undefined ? {} : { transcript }),
      ...(times === undefined ? {} : { times }),
      ...(archived === undefined ? {} : { archived }),
    };
    const { matchedCount } = await this.#connection.run('resealing.rewrite', () =>
      this.#messages.updateOne(
        { _id: message.id, mailbox: from, version: message.version },
        {
          $set: {
            mailbox,
            envelope,
            words: made.words ?? [],
            ...(brief === undefined ? {} : { brief }),
            ...there,
          },
          $inc: { version: 1 },
        },
      ),
    );
    return matchedCount > 0;
  }

  replaceMedia(id: MediaId, bytes: Uint8Array): Promise<boolean> {
    return this.#media.replace(id, bytes);
  }
}
