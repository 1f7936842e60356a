/** What either voice mail has kept of a run, and whether it is whole. */
import type { Binary, MongoClient } from 'mongodb';
import { readEnvelope } from '../../app/core/envelope/envelope.ts';
import { nativeMessages } from './native.ts';
import type { Stage } from './stage.ts';

/** So much of a message may be missing at its end: frames on the way at the moment of the hang-up. */
const toleranceMs = 150;

export interface Kept {
  readonly messages: number;
  readonly short: number;
}

export async function keptNatively(stage: Stage, messageSeconds: number): Promise<Kept> {
  return count(await nativeMessages(stage.asterisk.spool), messageSeconds);
}

/** Of calls that came at or after `since`. The length is that of the bytes in the store, not the one noted beside them. */
export async function keptByUs(client: MongoClient, since: Date, messageSeconds: number): Promise<Kept> {
  const database = client.db('answerback');
  const messages = database.collection<{ envelope: string }>('messages');
  const lengths: number[] = [];
  for await (const { envelope } of messages.find(
    { received: { $gte: since } },
    { projection: { envelope: 1 } },
  )) {
    const [part] = readEnvelope(envelope).parts;
    const media = await database
      .collection<{ _id: string; data: Binary }>('media')
      .findOne({ _id: part?.media ?? '' });
    // µ-law: eight bytes a millisecond.
    lengths.push((media?.data.length() ?? 0) / 8);
  }
  return count(lengths, messageSeconds);
}

function count(lengths: readonly number[], messageSeconds: number): Kept {
  const least = messageSeconds * 1000 - toleranceMs;
  return { messages: lengths.length, short: lengths.filter((ms) => ms < least).length };
}
