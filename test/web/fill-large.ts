/** A mailbox that nobody cleared for years. */
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { toDocument } from '../../app/storage/message-document.ts';
import { sampleMessage } from '../storage/sample.ts';
import type { PageWorld } from './world.ts';

export const many = 10_000;
const batch = 2500;

/** As many new texts, one a minute; those of the smallest numbers came last. */
export async function fillLarge({ client, database }: PageWorld, { id }: Mailbox): Promise<void> {
  const newest = Date.now();
  for (let from = 0; from < many; from += batch)
    await client
      .db(database)
      .collection<{ _id: string }>('messages')
      .insertMany(
        Array.from({ length: batch }, (_, k) => {
          const received = new Date(newest - (from + k) * 60_000);
          const name = `Sender ${from + k}`;
          const message = sampleMessage(
            { mailbox: id, expires: new Date(newest + 1e9) },
            { kind: 'text', received, from: { name, private: false } },
          );
          return toDocument(message);
        }),
      );
}
