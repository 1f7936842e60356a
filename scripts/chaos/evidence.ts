/** What is in the store and on the disks. Reads the database by itself, and nothing of Answerback but the names of its fields. */
import { readdir } from 'node:fs/promises';
import { MongoClient, type Binary, type Document } from 'mongodb';
import { database, type World } from './world.ts';

export interface Evidence {
  readonly messages: readonly Document[];
  readonly mailboxes: readonly Document[];
  readonly notifications: readonly Document[];
  /** Ids. */
  readonly media: readonly string[];
  /** The bytes of one; none if it is not there. */
  readonly sound: (media: string) => Promise<Uint8Array>;
  /** At the switch and at the controller, by their paths in there. */
  readonly recordings: readonly string[];
  readonly deposits: readonly string[];
  /** What the network got, in milliseconds of the run. */
  readonly texts: readonly Text[];
}

export interface Text {
  readonly to: string;
  readonly body: string;
  readonly at: number;
}

/** The evidence is good until then. */
export async function withEvidence<T>(world: World, judge: (evidence: Evidence) => Promise<T>): Promise<T> {
  const client = new MongoClient(world.local.url, { directConnection: true });
  try {
    const db = client.db(database);
    const all = (name: string): Promise<Document[]> => db.collection(name).find().toArray();
    const ids = async (name: string): Promise<string[]> =>
      (
        await db
          .collection(name)
          .find({}, { projection: { _id: 1 } })
          .toArray()
      ).map(({ _id }) => String(_id));
    const media = db.collection<{ _id: string; data: Binary }>('media');
    return await judge({
      // Messages last: what is put after them is no leak.
      media: [...(await ids('media')), ...(await ids('audio.files'))],
      mailboxes: await all('mailboxes'),
      notifications: await all('notifications'),
      messages: await all('messages'),
      async sound(id) {
        const found = await media.findOne({ _id: id });
        return found?.data.buffer.subarray(0, found.data.length()) ?? new Uint8Array();
      },
      recordings: await files(world.recordings),
      deposits: await files(world.deposits),
      texts: world.network.texts,
    });
  } finally {
    await client.close();
  }
}

export async function countMessages(world: World): Promise<number> {
  const client = new MongoClient(world.local.url, { directConnection: true });
  try {
    return await client.db(database).collection('messages').countDocuments();
  } finally {
    await client.close();
  }
}

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((one) => one.isFile())
    .map((one) => `${one.parentPath}/${one.name}`.slice(folder.length + 1));
}

/** Its first part, by the envelope alone. */
export function partOf(message: Document): Record<'media' | 'bytes' | 'sha256', string> {
  const part = /<part ([^>]*)>/.exec(String(message['envelope']))?.[1] ?? '';
  const value = (name: string): string => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(part)?.[1] ?? '';
  return { media: value('media'), bytes: value('bytes'), sha256: value('sha256') };
}
