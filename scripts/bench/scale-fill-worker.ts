/** A process that makes messages and inserts them: batches `first`, `first + every` and so on. */
import { once } from 'node:events';
import { Binary, MongoClient } from 'mongodb';
import { toDocument, type MessageDocument } from '../../app/storage/message-document.ts';
import type { FillNews, FillWork } from './scale-fill.ts';
import { batch, boxOf, fateOf, messageOf, sharedMedia } from './scale-messages.ts';
import { Tally } from './scale-tally.ts';

interface MediaDocument {
  _id: string;
  contentType: string;
  data: Binary;
}

const [given] = (await once(process, 'message')) as [FillWork];
await work(given, (news) => process.send?.(news));
process.disconnect();

async function work(given: FillWork, tell: (news: FillNews) => void): Promise<void> {
  const client = new MongoClient(given.url, { maxPoolSize: 2 });
  const database = client.db(given.database);
  const messages = database.collection<MessageDocument>('messages');
  const media = database.collection<MediaDocument>('media');
  const tally = new Tally(given.mailboxes);
  const mediaOf = (id: string): MediaDocument => ({
    _id: id,
    contentType: 'audio/PCMU',
    data: new Binary(given.sound),
  });
  try {
    if (given.first === 0)
      await media.insertMany(Array.from({ length: sharedMedia }, (_, i) => mediaOf(`shared ${i}`)));
    let inserting: Promise<unknown> = Promise.resolve();
    for (let from = given.first * batch; from < given.messages; from += given.every * batch) {
      const to = Math.min(from + batch, given.messages);
      const documents: MessageDocument[] = [];
      const own: MediaDocument[] = [];
      for (let i = from; i < to; i += 1) {
        const message = messageOf(i, given);
        tally.add(boxOf(i, given.mailboxes), message);
        // What is due is changed and removed, so that it has bytes of its own.
        if (fateOf(i) !== 'stays') own.push(...message.envelope.parts.map((part) => mediaOf(part.media)));
        documents.push(toDocument(message));
      }
      // The next ones are made while these are on their way.
      await inserting;
      inserting = Promise.all([
        own.length > 0 ? media.insertMany(own) : undefined,
        messages.insertMany(documents, { ordered: true }),
      ]);
      inserting.catch(() => undefined);
      tell({ done: to - from });
    }
    await inserting;
    tell({ done: 0, counts: tally.counts });
  } finally {
    await client.close();
  }
}
